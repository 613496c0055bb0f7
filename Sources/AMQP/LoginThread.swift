internal import CLinux

/// Runs a login on a thread of its own: the resolver and the library's login block, and a loop must not.
///
/// The thread ends with the login. Its stack is that of a loop, because the broker's first frame holds a table, and the
/// library's recursion over a table knows no limit.
final class LoginThread: Sendable {
    private let request: LoginRequest
    private let completion: @Sendable (Result<Login, AMQPError>) -> Void

    /// Calls `completion` on the new thread.
    static func start(
        _ request: LoginRequest, completion: @escaping @Sendable (Result<Login, AMQPError>) -> Void
    ) throws(AMQPError) {
        let retained = Unmanaged.passRetained(LoginThread(request, completion))
        let code = linux_start_thread(
            16 << 20,
            { context in
                guard let context else { return nil }
                Unmanaged<LoginThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw AMQPError(.limit, "no thread to connect with (error \(code))")
        }
    }

    private init(_ request: LoginRequest, _ completion: @escaping @Sendable (Result<Login, AMQPError>) -> Void) {
        self.request = request
        self.completion = completion
    }

    private func run() {
        linux_name_thread("amqp-login")
        completion(Result { () throws(AMQPError) in try request.perform() })
    }
}
