import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle

/// `switchboard run`: the services, in one process.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the services that are named; without a name all but the simulator.",
        discussion: "Services: worker, bridge, recorder, simulator. SIGTERM and SIGINT finish what is in flight first.")

    @Argument(help: "worker bridge recorder simulator") var services: [String] = []

    func validate() throws {
        for name in services where Settings.Role(rawValue: name) == nil {
            let known = Settings.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(name) is not a service of this version; there are \(known)")
        }
    }

    func run() async throws {
        // Whoever reads the log may go away; the services must not go with it.
        signal(SIGPIPE, SIG_IGN)
        let roles =
            services.isEmpty
            ? Settings.Role.allCases.filter { $0 != .simulator } : services.compactMap(Settings.Role.init(rawValue:))
        try await withSettings { settings in
            do {
                try await Assembly(settings: settings, roles: Set(roles)).run()
            } catch let problem as StartProblem {
                complain(problem.description)
                throw problem.isConfiguration ? ExitCode.wrongConfiguration : ExitCode.failure
            }
        }
    }
}

/// Why the services could not start, in one line.
struct StartProblem: Error, CustomStringConvertible {
    let description: String
    let isConfiguration: Bool

    init(_ description: String, isConfiguration: Bool = false) {
        self.description = description
        self.isConfiguration = isConfiguration
    }
}
