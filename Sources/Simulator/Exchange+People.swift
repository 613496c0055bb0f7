import Messaging

/// The people: what they write, and what is shown of them.
extension Exchange {
    /// Why a person's message cannot be taken.
    struct ReplyProblem: Error, Equatable {
        let text: String
    }

    /// One person's phone, with the last messages.
    struct Phone: Sendable {
        let person: String
        /// Oldest first.
        let messages: [SimulatedMessage]
        /// The senders that wrote to the person, the last one first.
        let senders: [String]
        /// The senders or services that the person stopped.
        let stopped: [String]
        let outcome: Outcome
    }

    /// Takes what a person wrote.
    ///
    /// To a keyword the provider answers by itself; the message goes to the application all the same.
    ///
    /// - Parameter sender: The business's number; nil for the one that wrote last.
    func receive(_ body: String, from person: String, to sender: String?) throws(ReplyProblem) -> SimulatedMessage {
        let history = messages.messages(of: person, last: 1000).filter { $0.direction != .inbound }
        guard let sender = sender ?? history.last?.from else {
            throw ReplyProblem(text: "nobody has written to this number yet: say in To which number is answered")
        }
        let last = history.last { $0.from == sender }
        guard let accountSID = last?.accountSID ?? configuration.accounts.first?.sid else {
            throw ReplyProblem(text: "there is no account to receive it")
        }
        let message = keep(
            reply(.inbound, body, to: sender, from: person, serviceSID: last?.serviceSID, accountSID: accountSID))
        if configuration.handlesOptOuts, let keyword = OptOutKeyword(body) {
            optOuts.apply(keyword, person: person, program: message.program)
            _ = keep(
                reply(
                    .outboundReply, keyword.confirmation, to: person, from: sender, serviceSID: last?.serviceSID,
                    accountSID: accountSID))
        }
        return message
    }

    private func reply(
        _ direction: SimulatedMessage.Direction, _ body: String, to: String, from: String, serviceSID: String?,
        accountSID: String
    ) -> SimulatedMessage {
        let now = environment.now()
        return SimulatedMessage(
            number: messages.next, sid: "SM" + environment.identifier(), accountSID: accountSID, direction: direction,
            to: to, from: from, serviceSID: serviceSID, body: body, media: [], contentSID: nil, statusCallback: nil,
            sendAt: nil,
            outcome: .delivered, state: direction == .inbound ? .received : .delivered, createdAt: now, updatedAt: now,
            sentAt: now)
    }

    /// Some of the phones whose number holds `text`, those with the latest messages first, and how many there are.
    func phones(matching text: String, skipping: Int, limit: Int, messages count: Int) -> (all: Int, some: [Phone]) {
        let people = messages.people(matching: text)
        return (people.count, people.dropFirst(skipping).prefix(limit).map { phone($0, messages: count) })
    }

    /// One person's phone, empty for somebody who never heard or wrote anything.
    func phone(_ person: String, messages count: Int) -> Phone {
        let recent = messages.messages(of: person, last: max(count, 100))
        var senders: [String] = []
        var stopped: [String] = []
        for message in recent.reversed() {
            if !senders.contains(message.sender) { senders.append(message.sender) }
            if optOuts.contains(person, message.program), !stopped.contains(message.program) {
                stopped.append(message.program)
            }
        }
        return Phone(
            person: person, messages: Array(recent.suffix(count)), senders: senders, stopped: stopped,
            outcome: outcomes.outcome(for: person))
    }
}
