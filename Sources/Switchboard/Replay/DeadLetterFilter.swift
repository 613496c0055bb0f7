import AMQP
import ArgumentParser
import Messaging
import Topics

/// Which messages are meant; what is not named does not narrow.
struct DeadLetterFilter: ParsableArguments, Sendable {
    @Option(name: .customLong("class"), help: "transactional or promotional; unroutable: what no queue took.")
    var queue: DeadLetterQueue?
    @Option(
        help: ArgumentHelp(
            "Begins with this, or fits it with * and ?: refused, 'refused:2*'. May stand several times.",
            valueName: "pattern"))
    var reason: [String] = []
    @Option(help: "Of this app. May stand several times.") var app: [String] = []
    @Option(help: "With this message_id. May stand several times.") var id: [String] = []
    @Option(help: ArgumentHelp("Given up longer ago than this: 90s, 15m, 2h, 7d.", valueName: "age"))
    var olderThan: Age?
    @Option(help: ArgumentHelp("Given up less long ago than this.", valueName: "age")) var newerThan: Age?

    func validate() throws {
        for name in app where !isRoutingWord(name) {
            throw ValidationError("--app is not 1 to 32 of a-z, 0-9 and hyphens")
        }
        if let olderThan, let newerThan, olderThan.seconds >= newerThan.seconds {
            throw ValidationError("nothing is older than \(olderThan) and newer than \(newerThan)")
        }
    }

    /// The queues in which such messages may stand.
    var queues: [DeadLetterQueue] { queue.map { [$0] } ?? DeadLetterQueue.allCases }

    /// Whether a message is meant.
    ///
    /// - Parameter age: in seconds; a message of unknown age is neither old nor new.
    func matches(_ letter: DeadLetter, age: Double?) -> Bool {
        if !reason.isEmpty, !reason.contains(where: { TextPattern($0).matches(letter.reason) }) { return false }
        if !app.isEmpty, !app.contains(where: { $0 == letter.app }) { return false }
        if !id.isEmpty, !id.contains(where: { $0 == letter.message.properties.messageID }) { return false }
        if let olderThan, !(age.map { $0 > olderThan.seconds } ?? false) { return false }
        if let newerThan, !(age.map { $0 < newerThan.seconds } ?? false) { return false }
        return true
    }
}
