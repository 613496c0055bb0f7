import Messaging
import Synchronization

/// The events about accounts, in their order.
final class AnnouncedEvents: Sendable {
    private let list = Mutex<[Event]>([])

    var events: [Event] { list.withLock { $0 } }
    var names: [String] { events.map { "\($0.subject) \($0.name.name)" } }

    func add(_ event: Event) { list.withLock { $0.append(event) } }
}
