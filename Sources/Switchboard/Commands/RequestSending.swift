import AMQP
import EventLoop
import FoundationEssentials
import Logging
import Messaging
import Topics

/// Publishes requests with the broker's confirms, many at once, and shows how far it is.
struct RequestSending {
    private let routingKey: String
    private let userID: String
    private let publisher: Publisher
    private let connected: FirstConnection
    private let showsProgress: Bool

    /// How many may be unconfirmed: beyond about 128 the rate does not grow (measured).
    private static let window = 256

    init(url: BrokerURL, options: ConnectionOptions, routingKey: String, showsProgress: Bool) throws {
        self.routingKey = routingKey
        self.showsProgress = showsProgress
        userID = url.user
        let connected = FirstConnection()
        self.connected = connected
        publisher = Publisher(
            loop: try EventLoop(name: "send"), url: url, options: options,
            logger: CommandBroker.silent, onStateChange: connected.stateChanged)
    }

    /// Sends all; the descriptions of those that the broker did not take.
    func send(_ requests: [OutgoingRequest]) async -> [String] {
        let running = Task { await publisher.run() }
        defer { running.cancel() }
        if let problem = await connected.problem() { return [problem] }
        var failures: [String] = []
        var done = 0
        let bar = ProgressBar(total: requests.count)
        await withTaskGroup(of: String?.self) { group in
            var rest = requests.makeIterator()
            for _ in 0..<Self.window {
                guard let request = rest.next() else { break }
                group.addTask { await publish(request) }
            }
            while let failure = await group.next() {
                if let failure { failures.append(failure) }
                done += 1
                if showsProgress { bar.show(done) }
                if let request = rest.next() { group.addTask { await publish(request) } }
            }
        }
        await publisher.close()
        return failures
    }

    private func publish(_ request: OutgoingRequest) async -> String? {
        var properties = MessageProperties()
        properties.messageID = request.messageID
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.userID = userID
        properties.timestamp = UInt64(max(0, Date().timeIntervalSince1970))
        let message = Message(properties: properties, body: request.json)
        do {
            switch try await publisher.publish(message, to: Exchange.send, routingKey: routingKey) {
            case .confirmed: return nil
            case .refused: return "\(request.messageID): the broker refused it; the queue is full"
            case .returned(let code, let text): return "\(request.messageID): returned, \(code) \(text)"
            case .unknown(let reason):
                return "\(request.messageID): not confirmed, \(reason); sending the same id again is safe"
            }
        } catch {
            return "\(request.messageID): \(error.description)"
        }
    }
}
