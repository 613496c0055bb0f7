import ArgumentParser
import Messaging
import Topics

/// A queue of messages that were given up, as the commands name it.
enum DeadLetterQueue: String, CaseIterable, ExpressibleByArgument, Sendable {
    case transactional, promotional, unroutable

    /// The broker's name.
    var name: String {
        switch self {
        case .transactional: QueueName.dead(.transactional)
        case .promotional: QueueName.dead(.promotional)
        case .unroutable: QueueName.unroutable
        }
    }
}
