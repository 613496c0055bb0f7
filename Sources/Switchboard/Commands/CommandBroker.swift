import AMQP
import ArgumentParser
import FoundationEssentials
import Logging

/// The broker of a command: SWITCHBOARD_AMQP_URL, or the variable of its own role. Nothing else needs to be configured
/// for it.
enum CommandBroker {
    /// Commands say themselves what happens.
    static let silent = Logger(label: "switchboard") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameters:
    ///   - name: what operators see of the connection in the broker's tools.
    ///   - role: whose own variable, SWITCHBOARD_<ROLE>_AMQP_URL, goes before the general one.
    /// - Throws: exit code 78 after one line that names the setting.
    static func access(name: String, role: String? = nil) throws -> (url: BrokerURL, options: ConnectionOptions) {
        var options = ConnectionOptions()
        options.name = name
        do {
            let variables = try EnvironmentSettings(ProcessInfo.processInfo.environment)
            let names = [role.map { "SWITCHBOARD_\($0)_AMQP_URL" }, "SWITCHBOARD_AMQP_URL"].compactMap { $0 }
            guard let name = names.first(where: { variables.text($0) != nil }), let text = variables.text(name) else {
                throw SettingProblem(
                    names.joined(separator: " or "), "is missing; amqp://user:password@host:port/vhost is allowed")
            }
            do {
                return (try BrokerURL(text), options)
            } catch {
                throw SettingProblem(name, error.reason)
            }
        } catch let problem as SettingProblem {
            complain(problem.description)
            throw ExitCode.wrongConfiguration
        }
    }
}
