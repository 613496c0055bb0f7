import AMQP
import Messaging
import Policy
import Topics

/// A message that was given up, as the commands show it: nothing of it that a log might not show, too.
struct DeadLetterEntry: Sendable {
    let queue: String
    let reason: String
    let app: String
    let purpose: String
    let messageID: String
    let attempts: Int
    let age: Double?
    let firstSeenAt: String?
    let diedAt: String?
    let exchange: String?
    let routingKey: String?
    let bodySize: Int

    init(_ letter: DeadLetter, age: Double?) {
        queue = letter.queue
        reason = shown(letter.reason)
        app = letter.app.map(shown) ?? ""
        purpose = letter.purpose.map(shown) ?? ""
        messageID = letter.message.properties.messageID.map(Self.shownID) ?? ""
        attempts = letter.attempts
        self.age = age
        firstSeenAt = letter.firstSeenAt.map(formatRFC3339)
        diedAt = letter.diedAt.map(formatRFC3339)
        exchange = letter.origin.map { shown($0.exchange) }
        routingKey = letter.origin.map { shown($0.routingKey) }
        bodySize = letter.message.body.count
    }

    /// An id as apps may choose it holds no personal data, and is wanted whole; any other text might.
    private static func shownID(_ id: String) -> String {
        isMessageID(id) && (try? refusePersonalData(id, field: "message_id")) != nil ? id : shown(id)
    }

    static let heading = row("AGE", "QUEUE", "REASON", "APP", "PURPOSE", "ATTEMPTS", "MESSAGE ID")

    /// One aligned line.
    var line: String {
        Self.row(age.map { Age(seconds: $0).description } ?? "?", queue, reason, app, purpose, "\(attempts)", messageID)
    }

    private static func row(
        _ age: String, _ queue: String, _ reason: String, _ app: String, _ purpose: String, _ attempts: String,
        _ messageID: String
    ) -> String {
        let columns = [
            padded(age, to: 5), padded(queue, to: 18), padded(reason, to: 28), padded(app, to: 14),
            padded(purpose, to: 20), padded(attempts, to: 8), messageID,
        ]
        return columns.joined(separator: " ").trimmingTrailingSpaces
    }

    /// All of it, a line each.
    var details: [String] {
        let fields: [(String, String?)] = [
            ("queue", queue), ("reason", reason), ("app", app), ("purpose", purpose), ("message id", messageID),
            ("attempts", "\(attempts)"), ("first seen", firstSeenAt), ("given up", diedAt), ("exchange", exchange),
            ("routing key", routingKey), ("body", "\(bodySize) bytes"),
        ]
        return fields.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(padded(name, to: 12)) \($0)" }
        }
    }

    /// All of it as one JSON object.
    func json(adding more: (inout JSONText) -> Void = { _ in }) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.value("queue", queue)
            json.value("reason", reason)
            json.value("app", app.isEmpty ? nil : app)
            json.value("purpose", purpose.isEmpty ? nil : purpose)
            json.value("messageId", messageID.isEmpty ? nil : messageID)
            json.value("attempts", attempts)
            json.value("firstSeenAt", firstSeenAt)
            json.value("diedAt", diedAt)
            json.value("exchange", exchange)
            json.value("routingKey", routingKey)
            json.value("bodySize", bodySize)
            more(&json)
        }
        return json.bytes
    }
}

/// What a terminal may show of a text from outside: one line, not long, and nothing that a log would hide.
func shown(_ text: String) -> String {
    let line = redactedForLog(String(text.unicodeScalars.prefix(300).map(Character.init)))
        .unicodeScalars.map { $0.isVisible ? Character($0) : "?" }
    return String(line)
}

/// Filled with spaces up to a width.
func padded(_ text: String, to width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
}

extension String {
    var trimmingTrailingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }
}

extension Unicode.Scalar {
    /// Whether it takes a place on the line and does nothing else to a terminal.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
