import AMQP
import Synchronization

/// Whether a connection could be made at all: a command, unlike a service, does not wait for the broker to come back.
final class FirstConnection: Sendable {
    private enum State {
        case waiting(CheckedContinuation<String?, Never>?)
        case known(String?)
    }

    private let state = Mutex(State.waiting(nil))

    /// To be given to the driver.
    var stateChanged: @Sendable (ConnectionState) -> Void {
        { [self] state in
            switch state {
            case .connected: settle(nil)
            case .blocked(let reason): settle("the broker takes no messages: \(reason)")
            case .disconnected(let error): if let error { settle(error.description) }
            }
        }
    }

    /// Waits for the first attempt; nil when it succeeded.
    func problem() async -> String? {
        await withCheckedContinuation { continuation in
            let known: String?? = state.withLock { state in
                if case .known(let problem) = state { return .some(problem) }
                state = .waiting(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func settle(_ problem: String?) {
        let continuation: CheckedContinuation<String?, Never>? = state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .known(problem)
            return continuation
        }
        continuation?.resume(returning: problem)
    }
}
