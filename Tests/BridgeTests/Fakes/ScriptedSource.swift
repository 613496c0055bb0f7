import FoundationEssentials
import Messaging
import Synchronization
import Twilio

/// A provider that answers from lists, the last answer for ever, and keeps what it was asked.
final class ScriptedSource: MessageSource {
    private struct State {
        var messages: [Result<FoundMessage?, LookUpFailure>] = []
        var pages: [Result<ListedMessages, LookUpFailure>] = []
        var asked: [String] = []
        var places: [ListPlace] = []
    }

    private let state = Mutex(State())

    /// The SIDs that were asked about.
    var asked: [String] { state.withLock { $0.asked } }
    var places: [ListPlace] { state.withLock { $0.places } }

    func answer(_ messages: Result<FoundMessage?, LookUpFailure>...) { state.withLock { $0.messages = messages } }
    func list(_ pages: Result<ListedMessages, LookUpFailure>...) { state.withLock { $0.pages = pages } }

    func message(_ sid: String) async throws(LookUpFailure) -> FoundMessage? {
        let answer: Result<FoundMessage?, LookUpFailure> = state.withLock { state in
            state.asked.append(sid)
            return state.messages.count > 1 ? state.messages.removeFirst() : state.messages[0]
        }
        return try answer.get()
    }

    func page(_ place: ListPlace) async throws(LookUpFailure) -> ListedMessages {
        let answer: Result<ListedMessages, LookUpFailure> = state.withLock { state in
            state.places.append(place)
            return state.pages.count > 1 ? state.pages.removeFirst() : state.pages[0]
        }
        return try answer.get()
    }
}

/// The provider's JSON for a message. Dates are those of mail, in whole seconds.
func messageJSON(
    _ sid: String, status: String, direction: String = "outbound-api", from: String? = Bench.sender,
    to: String? = Bench.person, body: String = "Hi", service: String? = nil, errorCode: Int? = nil, media: Int = 0,
    created: Date?, updated: Date? = nil
) -> String {
    func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
    return """
        {"sid": "\(sid)", "status": "\(status)", "direction": "\(direction)", "from": \(text(from)), "to": \(text(to)),
         "body": \(text(body)), "messaging_service_sid": \(text(service)), "num_segments": "1", "num_media": "\(media)",
         "error_code": \(errorCode.map(String.init) ?? "null"), "date_sent": null,
         "date_created": \(text(created.map(mailDate))), "date_updated": \(text(updated.map(mailDate)))}
        """
}

/// In November 2026, the bench's month.
func mailDate(_ instant: Date) -> String {
    let text = formatRFC3339(instant)
    return "Sat, \(text.dropFirst(8).prefix(2)) Nov 2026 \(text.dropFirst(11).prefix(8)) +0000"
}

func resource(_ json: String) throws -> MessageResource {
    try JSONDecoder().decode(MessageResource.self, from: Data(json.utf8))
}
