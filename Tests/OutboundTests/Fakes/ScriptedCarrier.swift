import FoundationEssentials
import Messaging
import Synchronization

/// A provider that answers from a list, and takes everything once the list is at its end.
final class ScriptedCarrier: Carrier {
    private struct State {
        var script: [CarrierOutcome] = []
        var calls: [OutboundMessage] = []
        var listings: [LookUp] = []
        var askedSince: [Date] = []
        var probes: [AccountProbe] = []
    }

    private let journal: Journal
    private let state = Mutex(State())

    init(journal: Journal) {
        self.journal = journal
    }

    /// Every message that was offered.
    var calls: [OutboundMessage] { state.withLock { $0.calls } }

    func answer(_ outcomes: CarrierOutcome...) {
        state.withLock { $0.script += outcomes }
    }

    /// Exactly these outcomes come next.
    func script(_ outcomes: [CarrierOutcome]) {
        state.withLock { $0.script = outcomes }
    }

    func send(_ message: OutboundMessage) async -> CarrierOutcome {
        journal.note("call")
        return state.withLock { state in
            state.calls.append(message)
            guard state.script.isEmpty else { return state.script.removeFirst() }
            return .accepted(Acceptance(sid: Self.sid(state.calls.count), status: "queued"))
        }
    }

    /// What the list shows at the next looks; beyond that it is not available.
    func list(_ listings: LookUp...) {
        state.withLock { $0.listings += listings }
    }

    /// What it shows instead of what was scripted.
    func relist(_ listings: LookUp...) {
        state.withLock { $0.listings = listings }
    }

    /// How far back was asked for.
    var askedSince: [Date] { state.withLock { $0.askedSince } }

    func lookUp(_ message: OutboundMessage, since instant: Date) async -> LookUp {
        let listing: LookUp? = state.withLock { state in
            state.askedSince.append(instant)
            return state.listings.isEmpty ? nil : state.listings.removeFirst()
        }
        guard let listing else { return .unavailable("nothing is scripted") }
        journal.note("look up")
        return listing
    }

    /// What the next looks at the account show; beyond that it is usable.
    func show(_ probes: AccountProbe...) {
        state.withLock { $0.probes += probes }
    }

    func probe() async -> AccountProbe {
        journal.note("probe")
        return state.withLock { $0.probes.isEmpty ? .usable(serverTime: nil) : $0.probes.removeFirst() }
    }

    /// The provider's id of the nth message.
    static func sid(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "SM" + String(repeating: "0", count: 32 - digits.count) + digits
    }
}

extension CarrierOutcome {
    /// A no with one of the error table's codes.
    static func refusal(_ code: Int, retryAfter: Double? = nil) -> CarrierOutcome {
        let error = providerError(code)
        return .refused(Refusal(error: error, reason: "error \(error)", retryAfter: retryAfter))
    }

    /// A connection that was never made.
    static var unreachable: CarrierOutcome { .refused(Refusal(error: nil, reason: "no connection")) }

    static var lost: CarrierOutcome { .unknown("the connection broke before the answer") }
}

/// The error table's advice about the codes that the tests use.
func providerError(_ code: Int) -> ProviderError {
    let (category, retryable): (ProviderError.Category, ProviderError.Retryable) =
        switch code {
        case 21610: (.optOut, .no)
        case 20003: (.auth, .no)
        case 20429: (.rate, .yes)
        case 30003: (.transient, .delayed)
        case 63018: (.rate, .delayed)
        case 63016: (.content, .conditional)
        default: (.recipient, .no)
        }
    return ProviderError(code: code, name: "name \(code)", category: category, retryable: retryable, action: "act")
}
