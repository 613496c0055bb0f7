import Glibc

/// A system call of the event loop failed: the process is out of descriptors or threads, or a descriptor is not one
/// that can be waited for.
public struct EventLoopError: Error, CustomStringConvertible, Sendable {
    /// The call, such as `epoll_ctl`.
    public let call: String
    /// Its error number, as in errno(3).
    public let number: Int32

    /// The call and what the system says about the number.
    public var description: String {
        "\(call) failed: \(String(cString: strerror(number)))"
    }
}
