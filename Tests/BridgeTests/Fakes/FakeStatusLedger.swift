import FoundationEssentials
import Messaging
import Synchronization

/// What the bridge reads of a ledger: answers, fails or never answers.
final class FakeStatusLedger: StatusLedger {
    enum Mood: Sendable {
        case answers, throwsError, hangs
    }

    struct Away: Error {}

    private struct State {
        var mood = Mood.answers
        var conversation: Event.Conversation?
        var consent = RecipientFacts.Consent.none
        /// What was asked: the first token and the program.
        var questions: [String] = []
        var hanging: [CheckedContinuation<Void, Never>] = []
        var whenAsked: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var questions: [String] { state.withLock { $0.questions } }

    func set(
        _ mood: Mood = .answers, conversation: Event.Conversation? = nil, consent: RecipientFacts.Consent = .none
    ) {
        state.withLock { state in
            state.mood = mood
            state.conversation = conversation
            state.consent = consent
        }
    }

    /// Lets go what hangs, so that the test leaves nothing behind.
    func release() {
        let hanging = state.withLock { state in
            defer { state.hanging = [] }
            return state.hanging
        }
        for continuation in hanging { continuation.resume() }
    }

    private func asked(_ what: String, _ recipient: [RecipientToken], _ program: String) async throws {
        let mood = state.withLock { state in
            state.questions.append("\(what) \(recipient.first?.text ?? "") \(program)")
            return state.mood
        }
        switch mood {
        case .answers: return
        case .throwsError: throw Away()
        case .hangs:
            await withCheckedContinuation { continuation in
                let due = state.withLock { state in
                    state.hanging.append(continuation)
                    let count = state.hanging.count
                    defer { state.whenAsked.removeAll { $0.count <= count } }
                    return state.whenAsked.filter { $0.count <= count }
                }
                for waiter in due { waiter.continuation.resume() }
            }
        }
    }

    /// Returns when so many questions hang.
    func waitForQuestions(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.hanging.count < count else { return true }
                state.whenAsked.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        try await asked("facts", recipient, program)
        return RecipientFacts(consent: state.withLock { $0.consent }, consentEpoch: 1)
    }

    func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? {
        try await asked("conversation", recipient, program)
        return state.withLock { $0.conversation }
    }

    // The bridge writes nothing.
    func record(_ report: StatusReport) async throws -> Bool { throw Away() }
    func apply(_ change: ConsentChange) async throws -> Bool { throw Away() }
    func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws { throw Away() }
    func consentKnownAt() async throws -> Date? { throw Away() }
}
