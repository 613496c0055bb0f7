import Foundation
import Logging
import Messaging
import Synchronization
import Testing

@testable import Recorder

/// When pruning works and when it rests.
@Suite struct LedgerPrunerTests {
    @Test func aPassRestsAfterEachStepAndTellsOnceWhatItRemoved() async {
        let ledger = ScriptedPruning([
            .success(PruneStep(.goesOn, removed: [.message: 2, .providerID: 1])),
            .success(PruneStep(.goesOn, removed: [.message: 3])), .success(PruneStep(.ended, removed: [.bridge: 1])),
        ])
        let bench = Bench(ledger)
        await bench.pruner.pass()
        #expect(ledger.requests.count == 3)
        #expect(ledger.requests.allSatisfy { $0.holder == "r1" && $0.interval == LedgerPruner.interval })
        #expect(bench.rests.count == 2)
        #expect(bench.lines == ["Old rows were removed from the ledger bridge=1 message=5 provider_id=1"])
    }

    @Test(arguments: [PruneStep.Outcome.notDue, .elsewhere, .ended])
    func whereNothingIsToBeDoneNothingIsSaid(_ outcome: PruneStep.Outcome) async {
        let ledger = ScriptedPruning([.success(PruneStep(outcome))])
        let bench = Bench(ledger)
        await bench.pruner.pass()
        #expect(ledger.requests.count == 1)
        #expect(bench.rests.isEmpty && bench.lines.isEmpty)
    }

    @Test func aLedgerThatIsAwayEndsThePassAndWhatWasRemovedIsTold() async {
        let ledger = ScriptedPruning([
            .success(PruneStep(.goesOn, removed: [.message: 1])), .failure(NotingLedger.Away()),
        ])
        let bench = Bench(ledger)
        await bench.pruner.pass()
        #expect(ledger.requests.count == 2)
        #expect(bench.lines == ["Old rows were removed from the ledger message=1"])
    }

    @Test func itAsksAgainAfterAPauseUntilItIsStopped() async throws {
        let ledger = ScriptedPruning([])
        let bench = Bench(ledger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bench.pruner.run() }
            for await _ in bench.rested where bench.rests.count >= 3 { break }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(bench.rests.prefix(3) == [LedgerPruner.pause, LedgerPruner.pause, LedgerPruner.pause])
    }
}

/// A pruner whose rests are noted and last no time.
private final class Bench: Sendable {
    let pruner: LedgerPruner
    let rested: AsyncStream<Void>
    private let log: LineLog
    private let noted: Noted

    private final class Noted: Sendable {
        let rests = Mutex<[Double]>([])
    }

    init(_ ledger: ScriptedPruning) {
        let noted = Noted()
        self.noted = noted
        let (rested, rest) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.rested = rested
        let log = LineLog()
        self.log = log
        pruner = LedgerPruner(
            ledger: ledger, retention: LedgerRetention(), holder: "r1", logger: Logger(label: "test") { _ in log },
            now: { Date(timeIntervalSince1970: 1_795_262_400) },
            sleep: { seconds in
                noted.rests.withLock { $0.append(seconds) }
                rest.yield()
                await Task.yield()
            })
    }

    var rests: [Double] { noted.rests.withLock { $0 } }

    var lines: [String] { log.lines }
}

/// Answers as it is told, and then that nothing is due.
private final class ScriptedPruning: LedgerPruning {
    private struct State {
        var answers: [Result<PruneStep, any Error>]
        var requests: [PruneRequest] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<PruneStep, any Error>]) {
        state = Mutex(State(answers: answers))
    }

    var requests: [PruneRequest] { state.withLock { $0.requests } }

    func prune(_ request: PruneRequest) async throws -> PruneStep {
        let answer = state.withLock { state -> Result<PruneStep, any Error> in
            state.requests.append(request)
            return state.answers.isEmpty ? .success(PruneStep(.notDue)) : state.answers.removeFirst()
        }
        return try answer.get()
    }

    func prunable(_ retention: LedgerRetention, now: Date) async throws -> [PrunedRows: Int] { [:] }
}

/// Keeps what is said at the level of information.
private final class LineLog: LogHandler, Sendable {
    private let said = Mutex<[String]>([])

    var lines: [String] { said.withLock { $0 } }

    func log(event: LogEvent) {
        guard event.level >= .info else { return }
        let pairs = (event.metadata ?? [:]).map { "\($0.key.replacing("pruned.", with: ""))=\($0.value)" }.sorted()
        said.withLock { $0.append("\(event.message) " + pairs.joined(separator: " ")) }
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .info }
        set { _ = newValue }
    }
}
