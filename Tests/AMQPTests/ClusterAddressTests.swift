import Testing

@testable import AMQP

@Suite("Several nodes in one URL", .timeLimit(.minutes(1))) struct ClusterAddressTests {
    @Test("the first node that takes the connection has it, and the ones before it are told") func firstThatAnswers()
        async throws
    {
        try await withBroker { peer in
            try peer.acceptPublisher()
            try peer.serveToTheEnd()
        } body: { broker in
            let running = try RunningPublisher("amqp://127.0.0.1:1,127.0.0.1:\(broker.port)/v")
            try await running.states.next(where: { $0 == .connected })
            let lines = running.logs.all
            #expect(lines.count(where: { $0.contains("A node of the broker does not take the connection") }) == 1)
            #expect(lines.contains { $0.contains("127.0.0.1:1") && $0.contains("refused") })
            #expect(
                lines.contains { $0.contains("Connected") && $0.contains("amqp://guest@127.0.0.1:\(broker.port)/v") })
            await running.stop()
        }
    }

    @Test("after a loss the next node comes first, and the first one again after the last") func rotation() async throws
    {
        let order = Mailbox<Int>()
        func node(_ number: Int) throws -> ScriptedBroker {
            try ScriptedBroker([
                { peer in
                    try peer.acceptPublisher()
                    order.put(number)
                }
            ])
        }
        let (one, two) = (try node(1), try node(2))
        let running = try RunningPublisher("amqp://127.0.0.1:\(one.port),127.0.0.1:\(two.port)")
        var visited: [Int] = []
        for _ in 0..<4 { visited.append(try await order.next()) }
        #expect(visited == [1, 2, 1, 2])
        await running.stop()
        try await one.close()
        try await two.close()
    }

    @Test("when no node does, a refusal tells more than one that is away") func tellingFailure() async throws {
        try await withBroker { peer in
            try peer.offerLogin()
            try peer.send(.connectionClose, on: 0) { writer in
                writer.short(403)
                writer.shortString("ACCESS_REFUSED")
                writer.long(0)
            }
            peer.awaitEnd()
        } body: { broker in
            let running = try RunningPublisher("amqp://127.0.0.1:1,127.0.0.1:\(broker.port),127.0.0.1:1")
            guard case .disconnected(let reason?) = try await running.states.next() else {
                throw PeerError("connected")
            }
            #expect(reason.code == .authenticationRefused)
            await running.stop()
        }
    }

    @Test("an outage is said once for each kind of failure, however they alternate") func saidOnce() async throws {
        let served = Mailbox<Void>()
        let refusing: ScriptedBroker.Script = { peer in
            try peer.offerLogin()
            served.put(())
        }
        try await withBroker([
            { peer in try peer.acceptPublisher() }, refusing,
            { peer in
                try peer.send(bytes: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
                peer.awaitEnd()
                served.put(())
            },
            refusing,
            { peer in
                try peer.acceptPublisher()
                served.put(())
                try peer.serveToTheEnd()
            },
        ]) { broker in
            let running = try RunningPublisher("amqp://127.0.0.1:\(broker.port)")
            for _ in 0..<4 { try await served.next() }
            try await running.states.next(where: { $0 == .connected })
            try await running.states.next(where: { $0 == .connected })
            let lines = running.logs.all
            #expect(lines.count(where: { $0.contains("is lost") }) == 1)
            #expect(lines.count(where: { $0.contains("cannot be reached") }) == 2)
            #expect(lines.count(where: { $0.contains("Connected") }) == 2)
            await running.stop()
        }
    }
}
