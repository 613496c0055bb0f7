import FoundationEssentials

/// The simulated provider's mind: the messages, what happens to them, who opted out, and what was asked of the API.
actor Exchange {
    /// A request to send, as it was answered.
    struct Attempt: Sendable {
        let at: Date
        let to: String
        /// Nil for a message that was not taken.
        let sid: String?
        /// The answer's HTTP status; nil when there was no answer.
        let status: Int?
        /// The answer's error code.
        let code: Int?
    }

    let configuration: Simulator.Configuration
    let environment: SimulationEnvironment
    var messages: MessageStore
    var optOuts: OptOutList
    var outcomes = OutcomeBook()
    /// The last requests to send, oldest first.
    private(set) var attempts: [Attempt] = []
    /// How many messages have steps ahead of them.
    private var underway = 0
    /// Messages below this number were wiped; nothing happens to them any more.
    private var floor = 0
    /// Counts the changes, so that a page knows whether it is out of date.
    private(set) var revision = 0

    init(configuration: Simulator.Configuration, environment: SimulationEnvironment) {
        self.configuration = configuration
        self.environment = environment
        messages = MessageStore(limit: configuration.retention)
        optOuts = OptOutList(limit: configuration.retention)
    }

    // MARK: What the API does

    /// Takes a message, or does not, as the recipient's outcome says.
    ///
    /// - Returns: The outcome, and the message if it was taken.
    /// - Throws: ``APIError`` when the API says no.
    func offer(
        _ request: MessageRequest, account: Simulator.Account
    ) throws(APIError) -> (outcome: Outcome, message: SimulatedMessage?) {
        let outcome = outcomes.outcome(for: request.to)
        do throws(APIError) {
            try refuse(request, outcome: outcome)
        } catch {
            note(Attempt(at: environment.now(), to: request.to, sid: nil, status: error.status, code: error.code))
            throw error
        }
        let message = outcome.isTaken ? take(request, outcome: outcome, account: account) : nil
        let status = outcome.answer.status
        note(
            Attempt(
                at: environment.now(), to: request.to, sid: message?.sid, status: status,
                code: status == 500 ? APIError.internalError.code : nil))
        return (outcome, message)
    }

    private func refuse(_ request: MessageRequest, outcome: Outcome) throws(APIError) {
        let program = request.serviceSID ?? request.from ?? ""
        if configuration.handlesOptOuts, optOuts.contains(request.to, program) { throw .optedOut(request.to) }
        switch outcome.answer {
        case .refused(21610): throw .optedOut(request.to)
        case .refused: throw .invalidRecipient(request.to)
        case .rateLimited: throw .tooManyRequests(retryAfter: 1)
        case .rateLimitedOnce where outcomes.isFirstOffer(request): throw .tooManyRequests(retryAfter: 1)
        default: break
        }
        guard underway < configuration.retention else { throw .queueFull(program) }
    }

    private func take(_ request: MessageRequest, outcome: Outcome, account: Simulator.Account) -> SimulatedMessage {
        underway += 1
        let state: MessageState =
            request.sendAt != nil ? .scheduled : request.serviceSID != nil ? .accepted : .queued
        let sender = request.from ?? configuration.number(ofService: request.serviceSID ?? "")
        return keep(
            SimulatedMessage(
                number: messages.next, sid: SimulatedMessage.prefix(media: request.media) + environment.identifier(),
                accountSID: account.sid, direction: .outboundAPI, to: request.to, from: sender,
                serviceSID: request.serviceSID, body: request.body, media: request.media,
                contentSID: request.contentSID,
                statusCallback: request.statusCallback, sendAt: request.sendAt, outcome: outcome, state: state,
                createdAt: environment.now(), updatedAt: environment.now()))
    }

    /// Stores a message that is new.
    func keep(_ message: SimulatedMessage) -> SimulatedMessage {
        messages.insert(message)
        revision += 1
        return message
    }

    /// Something changed that a page shows.
    func touch() { revision += 1 }

    /// Changes a message; nil when it is not known any more.
    @discardableResult
    func change(_ sid: String, _ change: (inout SimulatedMessage) -> Void) -> SimulatedMessage? {
        revision += 1
        return messages.update(sid, change)
    }

    private func note(_ attempt: Attempt) {
        if attempts.count >= configuration.retention { attempts.removeFirst(max(1, attempts.count / 4)) }
        attempts.append(attempt)
        revision += 1
    }

    // MARK: What happens to a message

    /// Moves a message on; never back.
    ///
    /// - Returns: Whether its script goes on: not for a message that was canceled or wiped. One that was merely
    ///   forgotten for want of room is still reported.
    func advance(_ message: SimulatedMessage, to step: CallbackStep) -> Bool {
        guard message.number >= floor else { return false }
        guard let current = messages[message.sid] else { return true }
        guard current.state != .canceled else { return false }
        guard step.state.rank > current.state.rank else { return true }
        let now = environment.now()
        change(message.sid) { message in
            message.state = step.state
            message.errorCode = step.errorCode
            message.updatedAt = now
            if step.state.rank >= MessageState.sent.rank, message.sentAt == nil { message.sentAt = now }
        }
        return true
    }

    /// Remembers what came of telling the application.
    func note(_ report: SimulatedMessage.Report, of sid: String) {
        change(sid) { message in
            if message.reports.count < SimulatedMessage.maximumReports { message.reports.append(report) }
        }
    }

    /// The message has no steps ahead of it.
    func finish() { underway = max(0, underway - 1) }

    /// Forgets messages, attempts and opt-outs, and lets nothing more happen to what was taken.
    func wipe() {
        messages.removeAll()
        optOuts = OptOutList(limit: configuration.retention)
        attempts = []
        floor = messages.next
        revision += 1
    }
}

extension Outcome.Answer {
    /// The HTTP status of a message that was not refused; nil when there is no answer.
    fileprivate var status: Int? {
        switch self {
        case .serverError: 500
        case .silence, .reset: nil
        default: 201
        }
    }
}
