import AMQP
import ArgumentParser
import FoundationEssentials
import Logging

/// The broker of a command: SWITCHBOARD_AMQP_URL. Nothing else needs to be configured for it.
enum CommandBroker {
    /// Commands say themselves what happens.
    static let silent = Logger(label: "switchboard") { _ in SwiftLogNoOpLogHandler() }

    /// - Throws: exit code 78 after one line that names the setting.
    static func access(name: String) throws -> (url: BrokerURL, options: ConnectionOptions) {
        var options = ConnectionOptions()
        options.name = name
        do {
            let variables = try EnvironmentSettings(ProcessInfo.processInfo.environment)
            guard let text = variables.text("SWITCHBOARD_AMQP_URL") else {
                throw SettingProblem(
                    "SWITCHBOARD_AMQP_URL", "is missing; amqp://user:password@host:port/vhost is allowed")
            }
            do {
                return (try BrokerURL(text), options)
            } catch {
                throw SettingProblem("SWITCHBOARD_AMQP_URL", error.reason)
            }
        } catch let problem as SettingProblem {
            complain(problem.description)
            throw ExitCode.wrongConfiguration
        }
    }
}
