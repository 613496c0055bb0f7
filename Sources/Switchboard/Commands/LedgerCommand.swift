import ArgumentParser
import FoundationEssentials
import Ledger
import Messaging

/// `switchboard ledger`: what operators do with the ledger.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Makes the ledger, and tells what it is.",
        subcommands: [Init.self, Status.self, Restored.self, Retire.self, Prune.self])

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Makes an empty ledger at SWITCHBOARD_LEDGER_URL.",
            discussion: """
                In staging and live mode nothing starts without one: an empty ledger in the place of one that is missing \
                would forget who said no, and what was sent.
                """)

        func run() async throws {
            try await withSettings { settings in
                do {
                    try await settings.ledger.open(creates: false, logger: CommandBroker.silent).close()
                    complain("there is a ledger at \(settings.ledger) already; nothing was changed")
                    throw ExitCode.failure
                } catch let error as LedgerError {
                    guard error.code == .absent else { throw failure(error) }
                    try await opened(settings, creates: true).close()
                    printLine("made \(settings.ledger)")
                }
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Tells which ledger it is, and how far each bridge's opt-outs are recorded.")

        func run() async throws {
            try await LedgerCommand.withLedger { ledger, _ in
                let status = try await ledger.status()
                printLine("id        \(status.id)")
                printLine("made      \(formatRFC3339(status.createdAt))")
                if let restoredAt = status.restoredAt { printLine("restored  \(formatRFC3339(restoredAt))") }
                if let prunedAt = status.prunedAt { printLine("pruned    \(formatRFC3339(prunedAt))") }
                for bridge in status.bridges {
                    let left = bridge.hasLeft ? ", has left" : ""
                    printLine("bridge    \(bridge.name): opt-outs up to \(formatRFC3339(bridge.at))\(left)")
                }
            }
        }
    }

    struct Restored: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restored", abstract: "Must be run after the ledger was restored from a copy.",
            discussion: """
                Stop workers and recorders first. From then on a message that was first seen before now and does not stand in \
                the ledger counts as unknown: it may have been sent, and is not sent again. Opt-outs that came after the \
                copy was made must be brought back before: the provider keeps its own, and refuses with 21610.
                """)

        func run() async throws {
            try await ConsentCommand.withLedger { ledger, settings in
                try await AuditTrail(ledger, settings).note("ledger.restored")
                try await ledger.noteRestored(now: Date())
                printLine("what was first seen before now and is not in the ledger counts as unknown")
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire", abstract: "Waits no longer for a bridge that vanished without saying goodbye.",
            discussion: "Its last opt-outs must be on the broker: a bridge that only cannot reach it is not gone.")

        @Argument(help: "The bridge's name, as `switchboard ledger status` shows it.") var bridge: String

        func run() async throws {
            try await ConsentCommand.withLedger { ledger, settings in
                try await AuditTrail(ledger, settings).note("ledger.retire", details: ["bridge": shown(bridge)])
                guard try await ledger.retire(bridge: bridge) else {
                    complain("the ledger knows no bridge of this name")
                    throw ExitCode.failure
                }
                printLine("\(bridge) is no longer waited for")
            }
        }
    }
}

/// An operator waits for what reads the whole ledger.
private func opened(_ settings: Settings, creates: Bool) async throws -> any LedgerStore {
    do {
        return try await settings.ledger.open(
            creates: creates, answersWithin: .seconds(3600), logger: CommandBroker.silent)
    } catch {
        throw failure(error)
    }
}

private func failure(_ error: LedgerError) -> ExitCode {
    complain("SWITCHBOARD_LEDGER_URL: \(error)")
    return error.code == .absent ? ExitCode.wrongConfiguration : ExitCode.failure
}

extension LedgerCommand {
    /// Runs `body` with the ledger of the settings, which must be there.
    static func withLedger(_ body: (any LedgerStore, Settings) async throws -> Void) async throws {
        try await withSettings { settings in
            let ledger = try await opened(settings, creates: false)
            do {
                try await body(ledger, settings)
            } catch let error as LedgerError {
                await ledger.close()
                complain("\(error)")
                throw ExitCode.failure
            } catch {
                await ledger.close()
                throw error
            }
            await ledger.close()
        }
    }
}
