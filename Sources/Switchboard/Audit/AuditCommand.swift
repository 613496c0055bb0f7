import ArgumentParser
import Messaging

/// `switchboard audit`: what operators did with what the ledger knows of people.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Shows the log of what operators did, and checks that nobody changed it.",
        discussion: """
            It stands in the ledger: consent changed by hand, personal data shown and erased, ledgers restored, bridges \
            retired. Each entry holds on to the one before and is sealed under the token keys. People stand in it by \
            their tokens.
            """,
        subcommands: [AuditListCommand.self, AuditVerifyCommand.self], defaultSubcommand: AuditListCommand.self)
}
