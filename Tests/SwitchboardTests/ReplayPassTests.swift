import AMQP
import ArgumentParser
import Foundation
import Messaging
import Synchronization
import Testing
import Topics

@testable import Switchboard

/// A broker that answers as it is told, and notes what it was given.
private final class ScriptedRequeue: Requeueing {
    private let state: Mutex<(answers: [RequeueOutcome], published: [Publication])>

    init(_ answers: RequeueOutcome...) {
        state = Mutex((answers, []))
    }

    var published: [Publication] { state.withLock { $0.published } }

    func publish(_ publication: Publication) async -> RequeueOutcome {
        state.withLock { state in
            state.published.append(publication)
            return state.answers.isEmpty ? .confirmed : state.answers.removeFirst()
        }
    }
}

@Suite("Giving back") struct ReplayPassTests {
    private func pass(_ arguments: [String] = [], limit: Int? = nil) throws -> ReplayPass {
        ReplayPass(filter: try DeadLetterFilter.parse(arguments), asClass: nil, limit: limit, now: DeadLetters.now)
    }

    /// Visits letters until it is told to stop: what became of each that was looked at.
    private func run(
        _ pass: ReplayPass, _ letters: [DeadLetter], through requeue: ScriptedRequeue, interruptedAt: Int = .max
    ) async -> (verdicts: [QueuePass.Verdict], report: ReplayPass.Report) {
        var report = ReplayPass.Report()
        var verdicts: [QueuePass.Verdict] = []
        for (index, letter) in letters.enumerated() {
            let verdict = await pass.visit(
                letter, &report, through: requeue, isInterrupted: index >= interruptedAt)
            verdicts.append(verdict)
            if verdict == .stop { break }
        }
        return (verdicts, report)
    }

    private let letters = ["refused:1", "abandoned", "copy", "refused:2"].enumerated().map {
        DeadLetters.worker(reason: $1, id: "m-\($0)")
    }

    @Test("what is meant is published and then removed; the others stay") func given() async throws {
        let requeue = ScriptedRequeue()
        let (verdicts, report) = await run(try pass(["--reason", "refused"]), letters, through: requeue)
        #expect(verdicts == [.remove, .keep, .keep, .remove])
        #expect(requeue.published.map(\.message.properties.messageID) == ["m-0", "m-3"])
        #expect(requeue.published.allSatisfy { $0.isMandatory && $0.exchange == "requeue" })
        #expect(report.replayed == 2)
        #expect(report.refused.isEmpty)
    }

    @Test("what cannot be given back stays and is counted") func refused() async throws {
        let requeue = ScriptedRequeue(.confirmed, .unpublishable("too long"))
        let (verdicts, report) = await run(try pass(), letters, through: requeue)
        #expect(verdicts == [.remove, .keep, .keep, .remove])
        #expect(report.refusedCount == 2)
        #expect(report.refused["too long"] == 1)
        #expect(report.failure == nil)
    }

    @Test("without a confirm nothing is removed and nothing more is tried") func unconfirmed() async throws {
        let requeue = ScriptedRequeue(.confirmed, .failed("gone"))
        let (verdicts, report) = await run(try pass(), letters, through: requeue)
        #expect(verdicts == [.remove, .stop])
        #expect(report.replayed == 1)
        #expect(report.failure == "gone")
        #expect(requeue.published.count == 2)
    }

    @Test("an interruption ends it before the next message", arguments: 0...3) func interrupted(at: Int) async throws {
        let requeue = ScriptedRequeue()
        let (verdicts, report) = await run(
            try pass(["--reason", "refused"]), letters, through: requeue, interruptedAt: at)
        #expect(verdicts.last == .stop)
        #expect(report.wasInterrupted)
        #expect(report.replayed == min(at, 1))
        #expect(requeue.published.count == report.replayed)
    }

    @Test("at most as many as are wanted") func limit() async throws {
        let requeue = ScriptedRequeue()
        let (verdicts, report) = await run(try pass(limit: 1), letters, through: requeue)
        #expect(verdicts == [.remove, .stop])
        #expect(report.replayed == 1)
    }

    @Test("the bar") func bar() {
        let quarter = String(repeating: "#", count: 10) + String(repeating: ".", count: 30)
        #expect(ProgressBar(total: 4).text(1) == "[\(quarter)] 1/4")
        #expect(ProgressBar(total: 0).text(0).hasSuffix("] 0/0"))
    }
}
