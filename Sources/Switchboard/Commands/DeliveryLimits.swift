import Foundation
import Messaging
import Topics

/// How often the broker redelivers what the workers consume, by the policies in effect.
///
/// AMQP does not tell them, and RabbitMQ 4 has a limit of 20 where no policy sets one.
struct DeliveryLimits {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// By queue; a queue without a policy that sets one is missing.
    private(set) var byQueue: [String: Int] = [:]

    /// Reads what `list_queues name effective_policy_definition --formatter json` printed.
    ///
    /// - Throws: ``Problem`` when it is something else.
    init(json: Data) throws(Problem) {
        guard let queues = try? JSONSerialization.jsonObject(with: json) as? [[String: Any]] else {
            throw Problem(description: "the node's answer is not a list of queues")
        }
        for queue in queues {
            guard let name = queue["name"] as? String,
                let definition = queue["effective_policy_definition"] as? [String: Any],
                let limit = definition["delivery-limit"] as? Int
            else { continue }
            byQueue[name] = limit
        }
    }

    /// Asks a node.
    static func inEffect(ctl: String, virtualHost: String) throws -> DeliveryLimits {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ctl.split(separator: " ").map(String.init) + [
                "list_queues", "--quiet", "--vhost", virtualHost, "--formatter", "json", "name",
                "effective_policy_definition",
            ]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let json = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Problem(description: "\(ctl) list_queues ended with \(process.terminationStatus)")
        }
        return try DeliveryLimits(json: json)
    }

    /// A line for each queue of the workers that the broker would give messages up from too early.
    func problems(atLeast wanted: Int) -> [String] {
        MessageClass.allCases.map(QueueName.send).compactMap { queue in
            switch byQueue[queue] {
            case nil: "\(queue): no policy sets a delivery limit"
            case let limit? where limit < wanted:
                "\(queue): the delivery limit is \(limit), the workers count on \(wanted)"
            case _?: nil
            }
        }
    }
}
