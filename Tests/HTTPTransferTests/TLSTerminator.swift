import Foundation

/// Speaks TLS on a port of its own and passes everything on to a ``ScriptedServer``, so that scripts misbehave behind
/// TLS as well. A program of a few lines, because nothing in the package's tests can serve TLS.
struct TLSTerminator {
    static let isAvailable = isInstalled("openssl") && isInstalled("python3")
    static let requirement = "openssl and python3 are needed to serve TLS"

    private static let source = """
        import os, select, socket, ssl, sys, threading

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        if sys.argv[4]:
            context.set_alpn_protocols(sys.argv[4].split(","))
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        print(listener.getsockname()[1], flush=True)

        def serve(client):
            try:
                backend = socket.create_connection(("127.0.0.1", int(sys.argv[3])))
                for end in (client, backend):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with backend, context.wrap_socket(client, server_side=True) as tls:
                    while True:
                        ready = [tls] if tls.pending() else select.select([tls, backend], [], [])[0]
                        for source in ready:
                            data = source.recv(65536)
                            if not data:
                                return
                            (backend if source is tls else tls).sendall(data)
            except OSError:
                pass
            finally:
                client.close()

        def end_with_parent():
            sys.stdin.read()
            os._exit(0)

        threading.Thread(target=end_with_parent, daemon=True).start()
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """

    let port: UInt16
    private let program: ChildProgram

    /// `protocols` are what is offered by ALPN, in order.
    init(_ certificates: Certificates, to server: ScriptedServer, protocols: [String] = []) async throws {
        program = try ChildProgram([
            "python3", "-c", Self.source, certificates.certificate, certificates.key, "\(server.port)",
            protocols.joined(separator: ","),
        ])
        guard let port = UInt16(try await program.firstLine()) else { throw PeerIsGone() }
        self.port = port
    }

    func stop() async throws {
        try await program.finish()
    }
}

/// Runs `body` with a scripted server behind TLS, for `https://localhost`.
func withTLSServer(
    protocols: [String] = [], _ script: @escaping ScriptedServer.Script,
    _ body: (_ server: ScriptedServer, _ url: String, _ certificates: Certificates) async throws -> Void
) async throws {
    try await withServer(script) { server in
        let certificates = try await Certificates.shared()
        let terminator = try await TLSTerminator(certificates, to: server, protocols: protocols)
        do {
            try await body(server, "https://localhost:\(terminator.port)", certificates)
        } catch {
            try await terminator.stop()
            throw error
        }
        try await terminator.stop()
    }
}
