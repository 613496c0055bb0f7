/// One thing that happens to a message after it was taken.
struct CallbackStep: Sendable, Equatable {
    /// Which of the settable delays comes before it.
    enum Wait: Sendable {
        case none, queued, sent, final, read
    }

    var wait: Wait
    var state: MessageState
    var errorCode: Int?
    /// How often the application is told of it.
    var copies = 1
}

extension Outcome {
    /// What happens to a message that was taken, in order. The initial status is never reported, so a message sent
    /// from a number, which begins `queued`, has no such step, and one through a messaging service has.
    func steps(throughService: Bool) -> [CallbackStep] {
        guard isTaken else { return [] }
        var steps = throughService ? [CallbackStep(wait: .queued, state: .queued)] : []
        let sent = CallbackStep(wait: .sent, state: .sent)
        switch self {
        case .undeliveredUnreachable: steps += [sent, .undelivered(30003)]
        case .undeliveredUnknown: steps += [sent, .undelivered(30005)]
        case .undeliveredLandline: steps += [sent, .undelivered(30006)]
        case .undeliveredFiltered: steps += [sent, .undelivered(30007)]
        case .failedUnknown: steps.append(CallbackStep(wait: .final, state: .failed, errorCode: 30008))
        case .read: steps += [sent, .delivered, CallbackStep(wait: .read, state: .read)]
        case .callbackBeforeAnswer:
            steps += [sent, .delivered]
            steps[0].wait = .none
        case .callbacksOutOfOrder: steps = ([sent, .delivered].reversed() + steps)
        case .callbacksTwice: steps = (steps + [sent, .delivered]).map { $0.copied(2) }
        case .noCallbacks: steps = (steps + [sent, .delivered]).map { $0.copied(0) }
        default: steps += [sent, .delivered]
        }
        return steps
    }
}

extension CallbackStep {
    fileprivate static let delivered = CallbackStep(wait: .final, state: .delivered)

    fileprivate static func undelivered(_ code: Int) -> CallbackStep {
        CallbackStep(wait: .final, state: .undelivered, errorCode: code)
    }

    fileprivate func copied(_ copies: Int) -> CallbackStep {
        var step = self
        step.copies = copies
        return step
    }
}

extension Simulator.CallbackDelays {
    /// How long to wait before a step; `chance` is a number from 0 up to 1.
    func delay(_ wait: CallbackStep.Wait, chance: Double) -> Duration {
        let base: Duration =
            switch wait {
            case .none: .zero
            case .queued: queued
            case .sent: sent
            case .final: final
            case .read: read
            }
        return base * (1 + jitter * (2 * chance - 1))
    }
}
