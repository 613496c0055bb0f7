import FoundationEssentials
import Messaging
import Twilio

/// Events of what no webhook told, with the ids and the content that the webhook's would have had.
extension WebhookEvents {
    /// What a callback would have said of a message: nothing for what the worker has said already.
    func status(
        _ found: FoundMessage, of awaited: AwaitedStatus, account: BridgeConfiguration.Account, at now: Date
    ) -> [Event] {
        if let status = found.resource.status.messageStatus, status.rank <= MessageStatus.accepted.rank { return [] }
        let callback = StatusCallback(found.resource, accountSID: account.sid)
        let origin = StatusCallbackURL.Origin(
            message: awaited.origin.message, recipientID: awaited.origin.recipient?.id)
        let changed = (found.resource.updated ?? found.resource.created)?.addingTimeInterval(-found.clockLead)
        return status(
            callback, origin: origin, account: account.alias, at: min(changed ?? now, now),
            known: awaited.origin.recipient)
    }

    /// A message whose final status stays unknown. A word of the provider that comes all the same has a higher rank.
    func abandoned(_ awaited: AwaitedStatus, account: String, status: String?, why: String, at now: Date) -> Event {
        var message = awaited.origin.message
        message.account = account
        var event = Event(
            id: "\(awaited.sid)/\(MessageStatus.abandoned.rawValue)", name: .message(.abandoned),
            subject: awaited.key.messageID, time: now, message: message)
        event.status = .abandoned
        event.provider = Event.Provider(sid: awaited.sid, status: status)
        event.reason = Event.Reason(problem: why)
        event.recipient = awaited.origin.recipient
        return event
    }
}
