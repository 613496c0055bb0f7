internal import CLinux
internal import Glibc

/// The kernel's side of a connection's writes: the cork, which holds together what the library writes frame by frame
/// over TLS, and how much the buffer takes without waiting.
struct CorkedSocket {
    let descriptor: Int32
    /// What a writable socket takes at least.
    let leastRoom: Int
    private var isCorked = false
    private(set) var room = 0

    init(descriptor: Int32, leastRoom: Int) {
        self.descriptor = descriptor
        self.leastRoom = leastRoom
    }

    /// Holds back what is written until ``uncork()``, so that many frames become few segments.
    ///
    /// - Returns: whether it was not held back before.
    mutating func cork() -> Bool {
        guard !isCorked else { return false }
        isCorked = true
        set(Int32(IPPROTO_TCP), TCP_CORK, 1)
        return true
    }

    mutating func uncork() {
        guard isCorked else { return }
        isCorked = false
        set(Int32(IPPROTO_TCP), TCP_CORK, 0)
    }

    /// Takes room for so many bytes, if there is some.
    ///
    /// What is longer than the room of an empty buffer (a header frame of 100 KiB on a small one) goes when the socket
    /// counts as writable; at worst the kernel ends such a write after its user timeout.
    mutating func takeRoom(_ bytes: Int) -> Bool {
        if bytes > room { measureRoom() }
        guard room > 0 else { return false }
        room = max(0, room - bytes)
        return true
    }

    /// The kernel calls a socket writable when at least a third of its buffer is free. Half of that is ours, for its
    /// bookkeeping counts too; more is reached by asking again.
    private mutating func measureRoom() {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard Glibc.poll(&poll, 1, 0) > 0 else {
            room = 0
            return
        }
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, &length)
        room = max(Int(size) / 6, leastRoom)
    }

    /// How long the peer may leave bytes unread before the kernel gives the connection up; zero for ever.
    func setUserTimeout(_ timeout: Duration) {
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: timeout.components.seconds * 1000))
    }

    /// A failure here only costs speed or patience, so none is reported.
    func set(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
