import AMQP
import ArgumentParser
import EventLoop
import FoundationEssentials
import Logging
import Topics

/// `switchboard tail`: looks on as events pass.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows events as they pass, one line each: time, routing key, recipient token, status, and why.",
        discussion: """
            PATTERN is a binding key of the exchange events: words joined by dots, * for one word, # for any number.
            Examples: '#', 'message.#', 'error.30006.#', '*.*.sms.promotional.marketing'. Quote it. Ends with Ctrl-C.
            """)

    @Argument(help: "The binding key; # shows everything.") var pattern = "#"
    @Flag(help: "Print each event's JSON instead of a line.") var json = false

    func validate() throws {
        guard pattern.utf8.count <= 255 else { throw ValidationError("the pattern is longer than 255 bytes") }
    }

    func run() async throws {
        let (url, options) = try CommandBroker.access(name: "switchboard tail")
        let first = FirstConnection()
        let consumer = Consumer(
            loop: try EventLoop(name: "tail"), url: url, options: options, logger: CommandBroker.silent,
            onStateChange: first.stateChanged)
        let running = Task { await consumer.run() }
        defer { running.cancel() }
        if let problem = await first.problem() {
            complain(problem)
            throw ExitCode.failure
        }
        await consumer.subscribe(
            toTemporaryQueueWith: [QueueBinding(exchange: Exchange.events, routingKey: pattern)], as: "tail",
            prefetch: 1000,
            onEvent: { event in
                if case .interrupted(let error) = event { complain("interrupted: \(error.description)") }
            },
            handler: { [json] deliveries in
                for delivery in deliveries {
                    if json {
                        printLine(delivery.message.body)
                    } else {
                        printLine(EventLine(routingKey: delivery.routingKey, json: delivery.message.body).text)
                    }
                    consumer.ack(delivery.tag)
                }
            })
        await running.value
    }
}
