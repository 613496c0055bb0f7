import Testing

@testable import AMQP

@Suite("Heartbeats", .timeLimit(.minutes(1))) struct HeartbeatTests {
    @Test("an idle connection sends them in time, and stays open while the broker does") func idle() async throws {
        let beaten = Mailbox<Void>()
        try await withBroker { peer in
            // Long enough for a machine that stands still for a while.
            try peer.acceptPublisher(heartbeat: 4)
            guard peer.clientHeartbeat == 4 else { throw PeerError("heartbeat \(peer.clientHeartbeat)") }
            for _ in 1...2 {
                let start = ContinuousClock.now
                try peer.send(WireFrame(type: WireFrame.heartbeat, channel: 0, payload: []))
                guard try peer.anyFrame().type == WireFrame.heartbeat else { throw PeerError("no heartbeat") }
                // The broker closes after two intervals of silence.
                guard ContinuousClock.now - start < .seconds(8) else { throw PeerError("too slow") }
            }
            beaten.put(())
            _ = try peer.publish()
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker, options: testOptions { $0.heartbeat = .seconds(15) }) { running in
                try await beaten.next()
                let outcomes = try await publish(1, running)
                #expect(outcomes == [.confirmed])
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test("a peer that falls silent is given up after two intervals, and its messages are unknown") func silence()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptPublisher(heartbeat: 1)
                _ = try peer.publish()
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                let start = ContinuousClock.now
                guard case .unknown(let reason) = try await publish(1, running)[0] else { throw PeerError("outcome") }
                #expect(reason.contains("heartbeat"))
                #expect(ContinuousClock.now - start > .milliseconds(900))
                try await running.states.next(where: { $0 == .connected })
            }
        }
    }

    @Test("a peer that falls silent with a full socket is given up, too, and the loop never waits") func silentAndFull()
        async throws
    {
        let isGivenUp = Gate()
        try await withBroker([
            { peer in
                try peer.acceptPublisher(heartbeat: 1)
                // Reads nothing more, and says nothing.
                try isGivenUp.wait()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker, options: testOptions { $0.unconfirmedByteLimit = 64 << 20 }) { running in
                let publisher = running.publisher
                let tasks = (1...24).map { _ in
                    Task {
                        try await publisher.publish(
                            Message(body: [UInt8](repeating: 1, count: 1 << 20)), to: "x", routingKey: "k")
                    }
                }
                let watch = LoopWatch(running.loop)
                defer { watch.stop() }
                try await running.states.next(where: { $0 != .connected })
                #expect(watch.longestDelay < .seconds(5))
                isGivenUp.open()
                for task in tasks {
                    switch await task.result {
                    case .success(.unknown), .failure: break
                    case .success(let outcome): Issue.record("\(outcome)")
                    }
                }
                try await running.states.next(where: { $0 == .connected })
            }
        }
    }
}
