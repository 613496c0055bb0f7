import ArgumentParser

/// `switchboard`: the services and the operators' commands.
@main
struct SwitchboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switchboard",
        abstract: "An enterprise communications layer on RabbitMQ and Twilio.",
        discussion: """
            Settings come from the environment (SWITCHBOARD_…, TWILIO_…; each also as NAME_FILE) and from the YAML file
            that SWITCHBOARD_CONFIG names. Exit codes: 0 done, 1 the work failed, 64 wrong usage, 78 wrong configuration.
            """,
        subcommands: [
            RunCommand.self, SendCommand.self, ExplainCommand.self, PolicyCommand.self, SignatureCommand.self,
            TailCommand.self, TraceCommand.self, TopologyCommand.self, LedgerCommand.self, ReplayCommand.self,
            ConsentCommand.self, PrivacyCommand.self, AuditCommand.self, DoctorCommand.self,
        ])
}
