import CLinux
import Glibc

/// What a descriptor may be ready for.
public struct Readiness: OptionSet, Sendable {
    /// The bits, those of ``readable`` and its siblings.
    public let rawValue: UInt32

    /// A set of the given bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, or the peer has closed its side.
    public static let readable = Readiness(rawValue: 1)
    /// There is room to write.
    public static let writable = Readiness(rawValue: 2)
    /// An error or a hang-up; reported whether it was asked for or not.
    public static let failed = Readiness(rawValue: 4)
}

/// The epoll set of a loop and who is called for each descriptor in it. Touched by the loop's thread alone.
final class WatchedDescriptors {
    private let epoll: Int32
    private var handlers: [Int32: @Sendable (Readiness) -> Void] = [:]
    private var ready = [epoll_event](repeating: epoll_event(), count: 256)

    init() throws(EventLoopError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw EventLoopError(call: "epoll_create1", number: errno) }
    }

    deinit {
        close(epoll)
    }

    func watch(
        _ descriptor: Int32, for interest: Readiness, handler: @escaping @Sendable (Readiness) -> Void
    ) throws(EventLoopError) {
        var event = epoll_event()
        if interest.contains(.readable) { event.events |= linux_epollin | linux_epollrdhup }
        if interest.contains(.writable) { event.events |= linux_epollout }
        event.data.fd = descriptor
        let known = handlers[descriptor] != nil
        var code = epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event)
        // A descriptor that was closed leaves the set by itself, and its number may come back; libcurl does both.
        if code != 0, known, errno == ENOENT { code = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
        guard code == 0 else { throw EventLoopError(call: "epoll_ctl", number: errno) }
        handlers[descriptor] = handler
    }

    func unwatch(_ descriptor: Int32) {
        guard handlers.removeValue(forKey: descriptor) != nil else { return }
        var event = epoll_event()
        // Fails when the descriptor is closed already, and then it has left the set.
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits for at most `timeout` (for ever when nil) and calls the handlers of what is ready.
    func poll(timeout: Duration?) {
        let count = epoll_wait(epoll, &ready, Int32(ready.count), timeout.map(milliseconds) ?? -1)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let event = ready[index]
            // A handler may have removed a descriptor that is reported later in the same batch.
            guard let handler = handlers[event.data.fd] else { continue }
            handler(readiness(event.events))
        }
    }

    private func readiness(_ events: UInt32) -> Readiness {
        var readiness: Readiness = []
        if events & (linux_epollin | linux_epollrdhup) != 0 { readiness.insert(.readable) }
        if events & linux_epollout != 0 { readiness.insert(.writable) }
        if events & (linux_epollerr | linux_epollhup) != 0 { readiness.insert(.failed) }
        return readiness
    }

    /// Rounded up, so that a timer is due when epoll returns; at most a day.
    private func milliseconds(_ duration: Duration) -> Int32 {
        guard duration > .zero else { return 0 }
        let (seconds, attoseconds) = duration.components
        guard seconds < 86_400 else { return 86_400_000 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
