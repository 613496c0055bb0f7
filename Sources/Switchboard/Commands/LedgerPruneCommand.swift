import ArgumentParser
import FoundationEssentials
import Messaging

extension LedgerCommand {
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Removes what need not be remembered any more.",
            discussion: """
                A recorder does so by itself every 6 hours. What is old enough stands in the configuration, ledger.retention. \
                Opt-outs are never removed. It may run beside everything else, and be interrupted: the next run goes on.
                """)

        @Flag(help: "Only tells how many rows would be removed; reads the whole ledger.") var dryRun = false

        func run() async throws {
            try await LedgerCommand.withLedger { ledger, settings in
                let removed =
                    dryRun
                    ? try await ledger.prunable(settings.retention, now: Date())
                    : try await Self.pass(ledger, settings.retention)
                for rows in PrunedRows.allCases {
                    printLine("\(rows.rawValue)".padded(to: 13) + "\(removed[rows] ?? 0)")
                }
            }
        }

        private static func pass(
            _ ledger: any LedgerPruning, _ retention: LedgerRetention
        ) async throws -> [PrunedRows: Int] {
            var removed: [PrunedRows: Int] = [:]
            let holder = "command-" + UUID().uuidString.lowercased()
            while true {
                let request = PruneRequest(retention: retention, now: Date(), holder: holder, interval: 0)
                let step = try await ledger.prune(request)
                removed.merge(step.removed, uniquingKeysWith: +)
                switch step.outcome {
                case .goesOn: continue
                case .ended, .notDue: return removed
                case .elsewhere:
                    complain("a recorder is at it; look again in a few minutes")
                    throw ExitCode.failure
                }
            }
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
