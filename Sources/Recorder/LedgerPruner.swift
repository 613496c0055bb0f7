public import EventLoop
import FoundationEssentials
public import Logging
public import Messaging
import Observability
public import ServiceLifecycle

/// Removes from the ledger what need not be remembered any more, little by little, while others use it.
///
/// Several recorders may share a ledger: one of them goes on with a pass, and none begins another soon after it.
public struct LedgerPruner: Service {
    private let ledger: any LedgerPruning
    private let retention: LedgerRetention
    private let holder: String
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let sleep: @Sendable (_ seconds: Double) async -> Void

    /// Seconds after the end of a pass before another begins: what is kept longer for it is little against 40 days.
    static let interval = 6 * 3600.0
    /// Seconds between two questions whether a pass is due, and after an error.
    static let pause = 300.0
    /// Pruning rests after a step for this many times as long as that took, so that it has at most a fifth of the ledger.
    static let rest = 4.0

    /// A pruner of a process's ledger.
    ///
    /// - Parameter holder: names the process.
    public init(
        loop: EventLoop, ledger: any LedgerPruning, retention: LedgerRetention, holder: String, logger: Logger
    ) {
        self.init(
            ledger: ledger, retention: retention, holder: holder, logger: logger, now: { Date() },
            sleep: { seconds in await loop.pause(for: .seconds(seconds)) })
    }

    init(
        ledger: any LedgerPruning, retention: LedgerRetention, holder: String, logger: Logger,
        now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (_ seconds: Double) async -> Void
    ) {
        self.ledger = ledger
        self.retention = retention
        self.holder = holder
        self.logger = logger
        self.now = now
        self.sleep = sleep
    }

    /// Prunes until it is asked to stop; a pass that is not at its end goes on where it was, here or elsewhere.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await pass()
                await sleep(Self.pause)
            }
        }
    }

    /// A pass, if one is due, and tells once what it removed.
    func pass() async {
        var removed: [PrunedRows: Int] = [:]
        while !Task.isCancelled {
            let step: PruneStep
            let start = ContinuousClock.now
            do {
                step = try await ledger.prune(
                    PruneRequest(retention: retention, now: now(), holder: holder, interval: Self.interval))
            } catch {
                // Whoever needs the ledger says that it is away.
                logger.debug("Pruning waits", metadata: ["error": "\(error)"])
                return tell(removed)
            }
            for (rows, count) in step.removed {
                removed[rows, default: 0] += count
                Instruments.shared.countPruned(rows, count)
            }
            guard step.outcome == .goesOn else { return tell(removed) }
            let took = (ContinuousClock.now - start) / .seconds(1)
            await sleep(took * Self.rest)
        }
        tell(removed)
    }

    private func tell(_ removed: [PrunedRows: Int]) {
        guard !removed.isEmpty else { return }
        var metadata: Logger.Metadata = [:]
        for (rows, count) in removed { metadata["pruned.\(rows.rawValue)"] = "\(count)" }
        logger.info("Old rows were removed from the ledger", metadata: metadata)
    }
}
