import Testing

@testable import AMQP

@Suite("Whether the broker has read a settlement", .timeLimit(.minutes(1))) struct SettlementQuestionTests {
    @Test("the settlement goes first, the question after it, and the answer ends the wait") func answered() async throws
    {
        let seen = Mailbox<String>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            for tag in 1...2 as ClosedRange<UInt64> {
                try peer.deliver(tag, "m\(tag)", on: subscription.channel)
                seen.put(try peer.settlement())
                var qos = try peer.expect(.basicQoS, on: subscription.channel)
                _ = qos.long()
                seen.put("prefetch \(qos.short())")
                try peer.send(.basicQoSOK, on: subscription.channel)
            }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker, prefetch: 7) { running, batches, _ in
                for tag in 1...2 {
                    let batch = try await batches.next()
                    running.consumer.ack(batch[0].tag)
                    try await running.consumer.awaitSettlements(of: "work")
                    #expect(try await seen.next() == "ack \(tag)")
                    #expect(try await seen.next() == "prefetch 7")
                }
            }
        }
    }

    @Test("without a channel that consumes it fails at once") func notConsuming() async throws {
        try await withBroker { peer in
            try peer.acceptLogin()
            _ = try peer.acceptSubscription()
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, _, events in
                try await events.next(where: { $0 == .consuming })
                await #expect(throws: AMQPError.self) { try await running.consumer.awaitSettlements(of: "other") }
                // It harms nothing that goes on.
                #expect(await running.consumer.state == .connected)
            }
        }
    }

    @Test("a channel or a connection that goes, or a broker that does not answer, ends the wait", arguments: 0...2)
    func lost(how: Int) async throws {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                let subscription = try peer.acceptSubscription()
                try peer.expect(.basicQoS, on: subscription.channel)
                switch how {
                case 0: return
                case 1:
                    try peer.closeChannel(subscription.channel, code: 404, text: "gone")
                    try peer.serveToTheEnd()
                default: try peer.serveToTheEnd()
                }
            },
            { peer in try peer.serveToTheEnd() },
        ]) { broker in
            let options = testOptions { if how == 2 { $0.answerTimeout = .milliseconds(50) } }
            try await withConsumer(broker, options: options) { running, _, events in
                try await events.next(where: { $0 == .consuming })
                do throws(AMQPError) {
                    try await running.consumer.awaitSettlements(of: "work")
                    Issue.record("it was answered")
                } catch {
                    #expect(error.code == .connectionLost)
                }
            }
        }
    }
}
