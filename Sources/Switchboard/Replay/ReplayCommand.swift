import ArgumentParser

/// `switchboard replay`: what was given up, and giving it back.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Lists what was given up, and gives it back to the workers.",
        discussion: """
            Looks into dead.transactional, dead.promotional and unroutable. The broker is SWITCHBOARD_REPLAY_AMQP_URL, else
            SWITCHBOARD_AMQP_URL; list and show need a user who may read these queues, run one who may also publish to
            requeue and has the tag impersonator.
            """,
        subcommands: [ReplayListCommand.self, ReplayShowCommand.self, ReplayRunCommand.self],
        defaultSubcommand: ReplayListCommand.self)
}
