import AMQP
import Glibc
import Logging

/// What is looked at before anything starts, so that a mistake is one clear line instead of a service that never works.
struct StartChecks {
    let settings: Settings
    let roles: Set<Settings.Role>

    func run(_ logger: Logger) async throws {
        try checkPorts()
        try await checkTopology(logger)
    }

    private func checkPorts() throws(StartProblem) {
        var addresses = [("SWITCHBOARD_ADMIN_LISTEN", settings.adminListen)]
        if roles.contains(.bridge) { addresses.append(("SWITCHBOARD_BRIDGE_LISTEN", settings.bridgeListen)) }
        if roles.contains(.simulator) { addresses.append(("SWITCHBOARD_SIMULATOR_LISTEN", settings.simulatorListen)) }
        for (name, address) in addresses {
            if let reason = address.whyUnavailable() {
                throw StartProblem("\(name): \(address) cannot be used: \(reason)", isConfiguration: true)
            }
        }
    }

    /// A broker that is away is waited for by the services; one that lacks an object never becomes right by itself.
    private func checkTopology(_ logger: Logger) async throws {
        guard let role = Settings.Role.allCases.first(where: { roles.contains($0) && $0 != .simulator }) else { return }
        var options = ConnectionOptions()
        options.name = "switchboard start"
        options.caFile = settings.caFile
        do {
            let missing = try await TopologyInspection(url: try settings.broker(role), options: options).missing()
            guard missing.isEmpty else {
                throw StartProblem(
                    "the broker lacks \(missing.joined(separator: ", ")); import the definitions: "
                        + "switchboard topology import Topology/definitions.json", isConfiguration: true)
            }
        } catch let error as AMQPError {
            logger.warning(
                "The broker cannot be asked for its objects now; the services keep trying",
                metadata: ["error": "\(error)"])
        }
    }
}

extension ListenAddress {
    /// Tries to bind the address; why it fails, or nil.
    func whyUnavailable() -> String? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found else { return String(cString: gai_strerror(code)) }
        defer { freeaddrinfo(found) }
        let socket = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
        guard socket >= 0 else { return String(cString: strerror(errno)) }
        defer { close(socket) }
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            return errno == EADDRINUSE ? "another program uses it" : String(cString: strerror(errno))
        }
        return nil
    }
}
