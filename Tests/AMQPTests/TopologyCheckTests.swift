import EventLoop
import Testing

@testable import AMQP

@Suite("Topology check", .timeLimit(.minutes(1))) struct TopologyCheckTests {
    private func check(_ objects: [BrokerObject], _ broker: ScriptedBroker) async throws -> [(BrokerObject, AMQPError)]
    {
        try await checkTopology(
            objects, loop: try EventLoop(name: "test"), url: try BrokerURL("amqp://127.0.0.1:\(broker.port)"),
            options: testOptions { $0.connectTimeout = .seconds(2) }, logger: LogRecorder().logger
        ).map { ($0.object, $0.problem) }
    }

    /// Answers passive declarations by name until the client goes.
    private static func serve(_ peer: BrokerPeer) throws {
        try peer.acceptLogin()
        while true {
            let frame = try peer.frame()
            var arguments = frame.arguments
            switch frame.methodID {
            case .channelOpen: try peer.send(.channelOpenOK, on: frame.channel) { $0.longString([]) }
            case .connectionClose:
                try peer.send(.connectionCloseOK, on: 0)
                return peer.awaitEnd()
            case .queueDeclare, .exchangeDeclare:
                _ = arguments.short()
                let name = arguments.shortString()
                if frame.methodID == .exchangeDeclare { _ = arguments.shortString() }
                // The first bit is `passive`: nothing may be declared.
                guard arguments.octet() == 1 else { throw PeerError("not passive") }
                if name.hasPrefix("missing") {
                    try peer.closeChannel(frame.channel, code: 404, text: "NOT_FOUND - no '\(name)'")
                    try peer.expect(.channelCloseOK)
                } else if name.hasPrefix("secret") {
                    try peer.closeChannel(frame.channel, code: 403, text: "ACCESS_REFUSED")
                    try peer.expect(.channelCloseOK)
                } else if frame.methodID == .queueDeclare {
                    try peer.send(.queueDeclareOK, on: frame.channel) { writer in
                        writer.shortString(name)
                        writer.long(7)
                        writer.long(2)
                    }
                } else {
                    try peer.send(.exchangeDeclareOK, on: frame.channel)
                }
            default: throw PeerError("\(frame.methodID?.description ?? "-")")
            }
        }
    }

    @Test("names what is missing or forbidden, in order, and goes on after each") func problems() async throws {
        try await withBroker(Self.serve) { broker in
            let problems = try await check(
                [
                    .queue("there"), .queue("missing.queue"), .exchange("there"), .exchange("missing"),
                    .queue("secret"), .queue(String(repeating: "q", count: 256)), .queue("there"),
                ], broker)
            #expect(
                problems.map(\.0.description).dropLast() == ["queue missing.queue", "exchange missing", "queue secret"])
            #expect(problems.map(\.1.code) == [.notFound, .notFound, .accessRefused, .invalidMessage])
            #expect(problems[0].1.reason == "404 NOT_FOUND - no 'missing.queue'")
            #expect(broker.connectionCount == 1)
        }
    }

    @Test("says how many messages and consumers a queue has, and who the broker is") func numbers() async throws {
        try await withBroker(Self.serve) { broker in
            let channel = AdminChannel(
                loop: try EventLoop(name: "test"), url: try BrokerURL("amqp://127.0.0.1:\(broker.port)"),
                options: testOptions(), logger: LogRecorder().logger)
            #expect(try await channel.open().product == "Scripted")
            // Questions that are asked at once are answered one after the other.
            let all = try await withThrowingTaskGroup(of: QueueStatus.self) { group in
                for _ in 1...5 { group.addTask { try await channel.checkQueue("there") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all == Array(repeating: QueueStatus(messages: 7, consumers: 2), count: 5))
            await channel.close()
            let error = await #expect(throws: AMQPError.self) { try await channel.checkQueue("there") }
            #expect(error?.code == .notConnected)
        }
    }

    @Test("a broker that cannot be reached, breaks or does not answer is an error of its own") func failures()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                try peer.acceptChannel()
                try peer.expect(.queueDeclare)
            },
            { peer in
                try peer.acceptLogin()
                try peer.acceptChannel()
                peer.awaitEnd()
            },
        ]) { broker in
            let broken = await #expect(throws: AMQPError.self) { try await check([.queue("q")], broker) }
            #expect(broken?.code == .connectionLost)
            let silent = await #expect(throws: AMQPError.self) { try await check([.queue("q")], broker) }
            #expect(silent?.code == .unreachable)
            #expect(silent?.reason == "no answer in time")
        }
    }
}
