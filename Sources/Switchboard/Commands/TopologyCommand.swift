import AMQP
import ArgumentParser
import EventLoop
import Foundation
import Messaging
import Outbound
import Topics

/// `switchboard topology`: the broker's objects.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Checks or imports the broker's exchanges, queues, bindings and policies.",
        subcommands: [Check.self, Import.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Looks for every exchange and queue of the contract, and names what is missing.",
            discussion: """
                With --ctl it also asks the node for the delivery limits in effect: below the worker's own \
                (worker.deliveryLimit, 200) the broker gives messages up without an event.
                """)

        @Option(help: "The command that speaks to the node, such as rabbitmqctl, with its own options.")
        var ctl: String?

        func run() async throws {
            try await checkObjects()
            if let ctl { try checkDeliveryLimits(ctl) }
        }

        private func checkDeliveryLimits(_ ctl: String) throws {
            let (url, _) = try CommandBroker.access(name: "switchboard topology check")
            let wanted: Int
            do {
                wanted =
                    try ConfigurationFile.read(
                        path: EnvironmentSettings(ProcessInfo.processInfo.environment).text("SWITCHBOARD_CONFIG")
                    ).worker?.deliveryLimit ?? WorkerConfiguration(id: "").deliveryLimit
            } catch {
                complain(error.description)
                throw ExitCode.wrongConfiguration
            }
            do {
                let limits = try DeliveryLimits.inEffect(ctl: ctl, virtualHost: url.virtualHost)
                let problems = limits.problems(atLeast: wanted)
                for problem in problems { printLine(problem) }
                guard problems.isEmpty else {
                    complain("set delivery-limit in the policies, or worker.deliveryLimit to what they say")
                    throw ExitCode.failure
                }
                printLine("the delivery limits of what the workers consume are \(wanted) or more")
            } catch let problem as DeliveryLimits.Problem {
                complain(problem.description)
                throw ExitCode.failure
            }
        }

        private func checkObjects() async throws {
            let (url, options) = try CommandBroker.access(name: "switchboard topology check")
            let missing: [String]
            do {
                missing = try await TopologyInspection(url: url, options: options).missing()
            } catch {
                complain("\(error)")
                throw ExitCode.failure
            }
            for object in missing { printLine("missing  \(object)") }
            guard missing.isEmpty else {
                complain("import the definitions: switchboard topology import Topology/definitions.json")
                throw ExitCode.failure
            }
            printLine("all \(Exchange.all.count) exchanges and \(QueueName.all.count) queues are there")
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Imports definitions with the broker's own tool, rabbitmqctl.",
            discussion: """
                Runs `rabbitmqctl import_definitions` on the broker's machine, as the user who may. What exists already is
                left as it is; policies and permissions are overwritten. Users must exist before permissions are imported.
                """)

        @Argument(help: "Files of definitions, in the order in which they are imported.")
        var files = ["Topology/definitions.json"]
        @Option(help: "The command that speaks to the node, with its own options.") var ctl = "rabbitmqctl"

        func run() async throws {
            for file in files {
                guard FileManager.default.isReadableFile(atPath: file) else {
                    complain("\(file) cannot be read")
                    throw ExitCode.failure
                }
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments =
                    ctl.split(separator: " ").map(String.init) + ["import_definitions", URL(filePath: file).path]
                process.standardInput = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                guard process.terminationStatus == 0 else {
                    complain("\(ctl) import_definitions \(file) ended with \(process.terminationStatus)")
                    throw ExitCode.failure
                }
                printLine("imported \(file)")
            }
        }
    }
}

/// Looks for the broker's objects without changing anything.
struct TopologyInspection {
    let url: BrokerURL
    let options: ConnectionOptions

    /// The exchanges and queues of the contract that are not there.
    ///
    /// - Throws: ``AMQPError`` when the broker cannot be asked.
    func missing() async throws -> [String] {
        let channel = AdminChannel(
            loop: try EventLoop(name: "topology"), url: url, options: options, logger: CommandBroker.silent)
        _ = try await channel.open()
        var missing: [String] = []
        for exchange in Exchange.all {
            do {
                try await channel.checkExchange(exchange)
            } catch {
                guard error.code == .notFound || error.code == .accessRefused else { throw error }
                missing.append("exchange \(exchange)")
            }
        }
        for queue in QueueName.all {
            do {
                _ = try await channel.checkQueue(queue)
            } catch {
                guard error.code == .notFound || error.code == .accessRefused else { throw error }
                missing.append("queue \(queue)")
            }
        }
        await channel.close()
        return missing
    }
}
