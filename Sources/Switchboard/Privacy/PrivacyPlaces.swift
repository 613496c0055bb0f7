import AMQP
import ArgumentParser
import Bridge
import EventLoop
import Foundation
import Journal
import Ledger
import Messaging
import Policy
import Topics

/// A message that stands in one of the queues that keep messages.
enum QueuedLetter {
    /// A request that was given up.
    case request(DeadLetter)
    /// An event that nobody has taken to the archive yet.
    case event([UInt8])

    func concerns(_ person: Person) -> Bool {
        switch self {
        case .request(let letter): person.isMeant(by: letter.message.body)
        case .event(let event): person.isNamed(in: event)
        }
    }
}

/// Where else than in the ledger something of a person may stand.
struct PrivacyPlaces: ParsableArguments {
    @Flag(help: "Leave the broker's queues out.") var withoutBroker = false

    /// Messages of the ledger that are walked through at a time: no step keeps others waiting for long.
    static let part = 5000

    private static let queues = DeadLetterQueue.allCases.map(\.name) + [QueueName.archive]

    static func check(reason: String?) throws {
        guard let reason, let problem = ConsentLine.problem(evidence: reason) else { return }
        throw ValidationError("--reason \(problem)")
    }

    /// Shows every message of the queues to `body`, which says what becomes of it.
    ///
    /// - Returns: what could not be looked at.
    func visit(_ body: (QueuedLetter) -> QueuePass.Verdict) async -> [String] {
        guard !withoutBroker else { return [] }
        do {
            let (url, options) = try CommandBroker.access(name: "switchboard privacy", role: "PRIVACY")
            let pass = QueuePass(loop: try EventLoop(name: "privacy"), url: url, options: options)
            var problems: [String] = []
            for queue in Self.queues {
                do throws(ReplayProblem) {
                    let outcome = try await pass.run(queue) { delivery in
                        body(
                            queue == QueueName.archive
                                ? .event(delivery.message.body) : .request(DeadLetter(delivery, from: queue)))
                    }
                    guard outcome.isCutShort else { continue }
                    problems.append("\(queue): only the oldest \(QueuePass.mostHeld) messages were looked at")
                } catch {
                    problems.append(error.description)
                }
            }
            return problems
        } catch is ExitCode {
            return ["the broker's queues were not looked at; without a broker: --without-broker"]
        } catch {
            return ["the broker's queues were not looked at: \(error)"]
        }
    }

    /// What nobody can look for.
    static func unreachable(_ ledger: any LedgerStore, _ settings: Settings) async throws -> [String] {
        try await ledger.keys(besides: settings.tokenKeys.keyIDs.sorted()).map {
            "people stand in the ledger under the key \(shown($0)), which SWITCHBOARD_TOKEN_KEYS lacks: who cannot be told"
        }
    }

    /// What waits in this machine's spool about a person, in clear.
    static func spooled(_ settings: Settings, of person: Person) -> (events: [[UInt8]], problems: [String]) {
        do throws(JournalError) {
            guard let spool = try SpooledEvents(at: settings.spoolPath, keys: try settings.spoolKeys) else {
                let path = URL(filePath: settings.spoolPath).standardizedFileURL.path
                complain("there is no spool at \(path): a bridge that keeps one elsewhere is not looked at")
                return ([], [])
            }
            let theirs = spool.events.filter { person.isNamed(in: $0.texts.redacted) }
            return (theirs.map(\.texts.clear), spool.isWhole ? [] : ["the spool could not be read whole"])
        } catch {
            return ([], ["the spool could not be read: \(error)"])
        }
    }
}
