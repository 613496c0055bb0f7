import FoundationEssentials
import Messaging

/// One phone as the template shows it.
struct PhoneView {
    let person: String
    let path: String
    /// For the page's script: which card this is.
    let key: String
    let bubbles: [BubbleView]
    let senders: [String]
    let hasSeveralSenders: Bool
    let hasSender: Bool
    let script: String?
    let stopped: String?
    let isWhole: Bool

    init(_ phone: Exchange.Phone, isSingle: Bool) {
        person = phone.person
        path = "/phones/\(percentEncoded(phone.person))"
        key = percentEncoded(phone.person)
        bubbles = phone.messages.map(BubbleView.init)
        senders = phone.senders
        hasSeveralSenders = phone.senders.count > 1
        hasSender = !phone.senders.isEmpty
        script = phone.outcome == .delivered ? nil : phone.outcome.rawValue
        stopped = phone.stopped.isEmpty ? nil : phone.stopped.joined(separator: ", ")
        isWhole = isSingle
    }
}

/// One message as the template shows it.
struct BubbleView {
    /// `in` for what the person reads, `out` for what the person wrote: as seen from the phone.
    let side: String
    let who: String
    /// Nil when there is none: to the template, even an empty text is there.
    let text: String?
    let attachment: String?
    let instant: String
    let time: String
    let state: String
    /// How the state is coloured: good, bad or pending.
    let mood: String
    let problem: String?
    let webhook: String?
    let webhookMood: String

    init(_ message: SimulatedMessage) {
        let isInbound = message.direction == .inbound
        side = isInbound ? "out" : "in"
        who =
            isInbound
            ? "to \(message.to)" : message.serviceSID.map { "\(message.from) (\($0.prefix(6))…)" } ?? message.from
        text = message.body.isEmpty ? nil : message.body
        let media = message.media.isEmpty ? nil : "media: \(message.media.count)"
        let attachments = [message.contentSID.map { "content \($0)" }, media].compactMap(\.self)
        attachment = attachments.isEmpty ? nil : attachments.joined(separator: ", ")
        instant = formatRFC3339(message.createdAt)
        time = String(instant.dropFirst(11).prefix(8))
        state = isInbound ? "sent" : message.state.rawValue
        mood =
            switch message.state {
            case .delivered, .read, .received: "good"
            case .undelivered, .failed, .canceled: "bad"
            case .accepted, .scheduled, .queued, .sent: "pending"
            }
        problem = message.errorCode.map { "\($0) \(errorName($0))" }
        let last = message.reports.last
        webhook = last.map { report in
            let tries = report.attempts > 1 ? ", after \(report.attempts) attempts" : ""
            return "\(isInbound ? "webhook" : "callback"): \(report.answer)\(tries)"
        }
        webhookMood = last?.isSuccess == false ? "bad" : "good"
    }
}
