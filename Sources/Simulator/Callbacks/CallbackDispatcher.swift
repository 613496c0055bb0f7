import FoundationEssentials
import Logging
import Synchronization

/// Carries out what happens to messages after they were taken, each in a task of its own.
final class CallbackDispatcher: Sendable {
    private enum Job: Sendable {
        /// What is still to happen to a message.
        case journey(SimulatedMessage, ArraySlice<CallbackStep>)
        /// The application is to be told that a message was canceled. The message's own journey ends by itself when its
        /// time comes.
        case cancellation(SimulatedMessage)
    }

    private let exchange: Exchange
    private let caller: WebhookCaller
    private let environment: SimulationEnvironment
    private let accounts: [Simulator.Account]
    private let logger: Logger
    private let delays: Mutex<Simulator.CallbackDelays>
    private let jobs: AsyncStream<Job>
    private let submit: AsyncStream<Job>.Continuation

    init(exchange: Exchange, caller: WebhookCaller, configuration: Simulator.Configuration, logger: Logger) {
        self.exchange = exchange
        self.caller = caller
        self.logger = logger
        environment = caller.environment
        accounts = configuration.accounts
        delays = Mutex(configuration.callbackDelays)
        // As many as the exchange takes at once: it refuses further messages, so this cannot grow beyond that.
        (jobs, submit) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// What happens until the task is cancelled. To be called once.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask {
                    switch job {
                    case .journey(let message, let steps): await self.follow(message, steps)
                    case .cancellation(let message):
                        await self.report(CallbackStep(wait: .none, state: .canceled), of: message)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Sets when callbacks come, for messages whose next step has not begun.
    func setDelays(_ delays: Simulator.CallbackDelays) { self.delays.withLock { $0 = delays } }

    /// Lets happen what the message's outcome says.
    func start(_ message: SimulatedMessage) {
        let steps = message.outcome.steps(throughService: message.serviceSID != nil)
        submit.yield(.journey(message, steps[...]))
    }

    /// As ``start(_:)``, but returns when the first step has happened and been reported.
    func startWithFirstStep(_ message: SimulatedMessage) async {
        var steps = message.outcome.steps(throughService: message.serviceSID != nil)[...]
        if let first = steps.popFirst(), await exchange.advance(message, to: first) { await report(first, of: message) }
        submit.yield(.journey(message, steps))
    }

    /// Tells the application that a message was canceled.
    func reportCancellation(of message: SimulatedMessage) {
        submit.yield(.cancellation(message))
    }

    private func follow(_ message: SimulatedMessage, _ steps: ArraySlice<CallbackStep>) async {
        do {
            if let sendAt = message.sendAt {
                try await environment.sleep(.seconds(max(0, sendAt.timeIntervalSince(environment.now()))))
            }
            for step in steps {
                let wait = delays.withLock { $0.delay(step.wait, chance: environment.random()) }
                if wait > .zero { try await environment.sleep(wait) }
                guard await exchange.advance(message, to: step) else { break }
                for _ in 0..<step.copies { await report(step, of: message) }
            }
        } catch {
            // Only cancellation ends a wait early: the simulator stops, and nobody is told any more.
        }
        await exchange.finish()
    }

    /// Tells the application, if the message says where, and remembers what came of it.
    private func report(_ step: CallbackStep, of message: SimulatedMessage) async {
        guard let url = message.statusCallback.flatMap({ WebhookURL($0) }),
            let token = accounts.first(where: { $0.sid == message.accountSID })?.authTokens.first
        else { return }
        let at = environment.now()
        let fields = statusCallbackFields(message, step: step, at: at)
        let delivery = await caller.call(url, fields: fields, authToken: token)
        await exchange.note(
            SimulatedMessage.Report(
                status: step.state, at: at, attempts: delivery.attempts, answer: delivery.answer.summary,
                isSuccess: delivery.answer.isSuccess),
            of: message.sid)
        guard !delivery.answer.isSuccess else { return }
        logger.notice(
            "Status callback not taken",
            metadata: [
                "message.sid": "\(message.sid)", "message.status": "\(step.state.rawValue)",
                "callback.attempts": "\(delivery.attempts)", "callback.answer": "\(delivery.answer.summary)",
            ])
    }
}
