import FoundationEssentials

/// An event as one aligned line: time, routing key, recipient token, status, and why.
struct EventLine {
    let text: String

    /// Fields that are missing, or an event that cannot be read, leave their column empty.
    init(routingKey: String, json: [UInt8]) {
        let event = try? JSONDecoder().decode(Wire.self, from: Data(json))
        let data = event?.data
        // The time of day in UTC, to the millisecond.
        let time = event?.time.map { String($0.dropFirst(11).prefix(12)) } ?? ""
        let columns = [
            Self.pad(time, 12), Self.pad(routingKey, 52), Self.pad(data?.recipient?.token ?? "", 34),
            Self.pad(data?.status ?? "", 12), data?.why ?? "",
        ]
        text = String(columns.joined(separator: " ").reversed().drop { $0 == " " }.reversed())
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        let shown = text.filter { !$0.isNewline && $0 != "\u{1B}" }
        return shown.count >= width ? shown : shown + String(repeating: " ", count: width - shown.count)
    }

    private struct Wire: Decodable {
        var time: String?
        var data: Body?

        struct Body: Decodable {
            var status: String?
            var recipient: Recipient?
            var error: Problem?
            var reason: Reason?
            var consent: Consent?
            var until: String?
            var decision: Decision?

            /// The most telling of what the event says.
            var why: String? {
                if let error { return "\(error.code) \(error.name)" }
                if let reason { return [reason.field, reason.problem].compactMap { $0 }.joined(separator: " ") }
                if let consent {
                    return [consent.keyword, consent.program].compactMap { $0 }.joined(separator: " for ")
                }
                if let hit = decision?.reasons?.first(where: { $0.effect == decision?.outcome }) {
                    return "\(hit.rule): \(hit.why)"
                }
                return nil
            }
        }
        struct Recipient: Decodable { var token: String? }
        struct Problem: Decodable {
            var code: Int
            var name: String
        }
        struct Reason: Decodable {
            var field: String?
            var problem: String
        }
        struct Consent: Decodable {
            var keyword: String?
            var program: String?
        }
        struct Decision: Decodable {
            var outcome: String?
            var reasons: [Hit]?
        }
        struct Hit: Decodable {
            var rule: String
            var effect: String
            var why: String
        }
    }
}
