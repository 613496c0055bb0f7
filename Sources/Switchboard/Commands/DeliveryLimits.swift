import Foundation
import Messaging
import Topics

/// How often the broker redelivers what the workers consume, by the policies in effect.
///
/// AMQP does not tell them, and RabbitMQ 4 has a limit of 20 where no policy sets one
/// (<https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling>).
struct DeliveryLimits {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// By queue; a queue of which no policy sets one is missing.
    private(set) var byQueue: [String: Int] = [:]

    /// Reads what rabbitmqctl printed as JSON.
    ///
    /// - Parameters:
    ///   - queues: of `list_queues name policy`.
    ///   - policies: of `list_policies`.
    ///   - operatorPolicies: of `list_operator_policies`; of two limits the lower one holds.
    /// - Throws: ``Problem`` when one is something else.
    init(queues: Data, policies: Data, operatorPolicies: Data) throws(Problem) {
        var limits: [String: Int] = [:]
        for policy in try Self.list(policies) {
            guard let name = policy["name"] as? String else { continue }
            limits[name] = Self.limit(policy)
        }
        let bounds = try Self.list(operatorPolicies)
        for queue in try Self.list(queues) {
            guard let name = queue["name"] as? String else { continue }
            let own = (queue["policy"] as? String).flatMap { limits[$0] }
            let bound = bounds.filter { Self.covers($0, name) }.compactMap(Self.limit).min()
            byQueue[name] = [own, bound].compactMap { $0 }.min()
        }
    }

    private static func list(_ json: Data) throws(Problem) -> [[String: Any]] {
        guard let list = try? JSONSerialization.jsonObject(with: json) as? [[String: Any]] else {
            throw Problem(description: "the node's answer is not a list")
        }
        return list
    }

    /// A policy's definition is JSON within JSON.
    private static func limit(_ policy: [String: Any]) -> Int? {
        guard let text = policy["definition"] as? String,
            let definition = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        else { return nil }
        return definition["delivery-limit"] as? Int
    }

    private static func covers(_ policy: [String: Any], _ queue: String) -> Bool {
        guard let pattern = policy["pattern"] as? String else { return false }
        return queue.range(of: pattern, options: .regularExpression) != nil
    }

    /// Asks a node by its own tool.
    static func inEffect(ctl: String, virtualHost: String) throws -> DeliveryLimits {
        func ask(_ question: String...) throws -> Data {
            try answer(
                ctl.split(separator: " ").map(String.init)
                    + [question[0], "--quiet", "--vhost", virtualHost, "--formatter", "json"] + question.dropFirst())
        }
        return try DeliveryLimits(
            queues: try ask("list_queues", "name", "policy"), policies: try ask("list_policies"),
            operatorPolicies: try ask("list_operator_policies"))
    }

    private static func answer(_ command: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Problem(description: "\(command.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return answer
    }

    /// A line for each queue of the workers that the broker would give messages up from too early.
    func problems(atLeast wanted: Int) -> [String] {
        MessageClass.allCases.map(QueueName.send).compactMap { queue in
            guard let limit = byQueue[queue] else { return "\(queue): no policy sets a delivery limit" }
            guard limit < wanted else { return nil }
            return "\(queue): the delivery limit is \(limit), the workers count on \(wanted)"
        }
    }
}
