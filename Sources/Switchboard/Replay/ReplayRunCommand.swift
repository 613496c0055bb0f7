import AMQP
import ArgumentParser
import EventLoop
import FoundationEssentials
import Messaging
import Topics

/// `switchboard replay run`: gives messages back to the workers.
struct ReplayRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Gives messages that were given up back to the workers, which judge them by the policy of today.",
        discussion: """
            Shows first what would be given back, and asks. May be interrupted at any time: nothing is lost, and at worst one
            message stands in both places, which the ledger recognises. What was sent is not sent again; a message whose
            outcome is unknown is not either. What does not match stays as it was.
            """)

    @OptionGroup var filter: DeadLetterFilter
    @Option(help: "Give back at most so many, the oldest first.") var limit: Int?
    @Option(help: "The class for messages in unroutable, whose key names none.") var asClass: MessageClass?
    @Flag(help: "Show what would be given back, and end.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is not at least 1") }
    }

    func run() async throws {
        let (url, options) = try CommandBroker.access(name: "switchboard replay", role: "REPLAY")
        let replay = ReplayPass(filter: filter, asClass: asClass, limit: limit, now: Date())
        let queues = QueuePass(loop: try EventLoop(name: "replay"), url: url, options: options)
        do {
            let preview = try await ReplayPreview(replay, queues)
            preview.print()
            guard !dryRun, preview.planned > 0 else {
                if preview.refused.isEmpty { return }
                throw ExitCode.failure
            }
            guard yes || isConfirmed(preview.planned) else {
                complain("not confirmed: nothing was given back")
                throw ExitCode.failure
            }
            try conclude(try await give(back: preview, replay, queues), preview)
        } catch let problem as ReplayProblem {
            complain(problem.description)
            throw ExitCode.failure
        }
    }

    private func isConfirmed(_ count: Int) -> Bool {
        showProgress("Give \(count) back? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }

    private func give(
        back preview: ReplayPreview, _ replay: ReplayPass, _ queues: QueuePass
    ) async throws(ReplayProblem) -> ReplayPass.Report {
        let connected = FirstConnection()
        let publisher = Publisher(
            loop: queues.loop, url: queues.url, options: queues.options, logger: CommandBroker.silent,
            onStateChange: connected.stateChanged)
        let running = Task { await publisher.run() }
        defer { running.cancel() }
        if let problem = await connected.problem() { throw ReplayProblem(problem) }
        let interruption = Interruption()
        let report = await interruption.watch { () -> ReplayPass.Report in
            var report = ReplayPass.Report()
            let bar = ProgressBar(total: preview.planned)
            do {
                for (queue, looked) in preview.looked where report.failure == nil && !report.wasInterrupted {
                    _ = try await queues.run(queue, atMost: looked) { delivery in
                        let verdict = await replay.visit(
                            DeadLetter(delivery, from: queue), &report, through: BrokerRequeue(publisher: publisher),
                            isInterrupted: interruption.hasCome)
                        if case .remove = verdict { bar.show(report.replayed) }
                        return verdict
                    }
                }
            } catch {
                report.failure = "\(error)"
            }
            return report
        }
        await publisher.close()
        return report
    }

    private func conclude(_ report: ReplayPass.Report, _ preview: ReplayPreview) throws {
        if report.replayed != preview.planned { complain("") }
        printLine("given back: \(report.replayed) of \(preview.planned)")
        for (reason, count) in report.refused.sorted(by: { $0.key < $1.key }) {
            complain("\(count) stay: \(reason)")
        }
        if let failure = report.failure {
            complain("\(failure); what was not given back is where it was: run it again")
        } else if report.wasInterrupted {
            complain("interrupted; what was not given back is where it was")
        }
        if report.failure != nil || report.wasInterrupted || report.refusedCount > 0 { throw ExitCode.failure }
    }
}
