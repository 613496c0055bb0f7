import Testing

@testable import AMQP

@Suite("Pausing a consumer", .timeLimit(.minutes(1))) struct PausingTests {
    @Test("a paused queue delivers nothing more, can still be settled, and goes on") func pause() async throws {
        let gate = Gate()
        let settled = Mailbox<String>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "before", on: subscription.channel)
            try peer.expect(.basicCancel)
            // What was under way when the client cancelled is delivered all the same.
            try peer.deliver(2, "crossing", on: subscription.channel)
            try peer.send(.basicCancelOK, on: subscription.channel) { $0.shortString(subscription.consumerTag) }
            settled.put(try peer.settlement())
            try gate.wait()
            // RabbitMQ before 3.10.9 breaks the channel of a consumer that begins again under its old tag.
            var consume = try peer.expect(.basicConsume)
            _ = consume.short()
            _ = consume.shortString()
            let tag = consume.shortString()
            guard tag != subscription.consumerTag else { throw PeerError("the tag \(tag) a second time") }
            try peer.send(.basicConsumeOK, on: subscription.channel) { $0.shortString(tag) }
            try peer.deliver(3, "after", on: subscription.channel)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, batches, events in
                #expect(try await events.next() == .consuming)
                var deliveries = try await batches.next()
                await running.consumer.pause("work")
                await running.consumer.pause("work")
                while deliveries.count < 2 { deliveries += try await batches.next() }
                #expect(deliveries.map(\.text) == ["before", "crossing"])
                await settle(deliveries, running.consumer)
                #expect(try await settled.next() == "ack up to 2")
                await running.consumer.resume("work")
                gate.open()
                #expect(try await batches.next().map(\.text) == ["after"])
            }
        }
    }

    @Test("another prefetch counts at once, whether the queue is paused or consumed") func prefetch() async throws {
        let prefetches = Mailbox<UInt16>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let channel = try peer.acceptChannel()
            for _ in 1...3 {
                let subscribed = try peer.acceptConsume(on: channel)
                prefetches.put(subscribed.prefetch)
                try peer.expect(.basicCancel)
                try peer.send(.basicCancelOK, on: channel) { $0.shortString(subscribed.consumerTag) }
            }
            prefetches.put(try peer.acceptConsume(on: channel).prefetch)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, _, events in
                try await events.next(where: { $0 == .consuming })
                let first = try await prefetches.next()
                await running.consumer.resume("work", prefetch: 4)
                #expect(try await prefetches.next() == 4)
                try await events.next(where: { $0 == .consuming })
                await running.consumer.resume("work", prefetch: Int(first))
                #expect(try await prefetches.next() == first)
                try await events.next(where: { $0 == .consuming })
                await running.consumer.pause("work")
                await running.consumer.resume("work", prefetch: 7)
                #expect(try await prefetches.next() == 7)
            }
        }
    }

    @Test("a queue that is paused before it has begun does not begin") func pauseEarly() async throws {
        let gate = Gate()
        try await withBroker { peer in
            try peer.acceptLogin()
            let channel = try peer.acceptChannel()
            try peer.expect(.basicQoS)
            try gate.wait()
            try peer.send(.basicQoSOK, on: channel)
            try peer.expect(.basicConsume)
            try peer.send(.basicConsumeOK, on: channel) { $0.shortString("switchboard") }
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, _, events in
                while await running.consumer.channelState != .limiting { await shortly() }
                await running.consumer.pause("work")
                gate.open()
                while await running.consumer.channelState != .idle { await shortly() }
                #expect(events.pending.isEmpty)
                await running.consumer.resume("work")
                try await events.next(where: { $0 == .consuming })
            }
        }
    }

    @Test("handing back returns what is unsettled, once, and what crosses is not shown") func handBack() async throws {
        let settled = Mailbox<String>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            for tag in 1...3 as ClosedRange<UInt64> { try peer.deliver(tag, "m\(tag)", on: subscription.channel) }
            while true {
                let frame = try peer.frame()
                if frame.methodID == .basicConsume { break }
                if frame.methodID == .basicCancel {
                    try peer.deliver(4, "crossing", on: subscription.channel)
                    try peer.send(.basicCancelOK, on: subscription.channel) { writer in
                        writer.shortString(subscription.consumerTag)
                    }
                } else {
                    var arguments = frame.arguments
                    settled.put("\(frame.methodID?.number ?? 0) \(arguments.longLong()) \(arguments.octet())")
                }
            }
            try peer.send(.basicConsumeOK, on: subscription.channel) { $0.shortString(subscription.consumerTag) }
            try peer.deliver(5, "again", on: subscription.channel)
            settled.put(try peer.settlement())
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, batches, events in
                #expect(try await events.next() == .consuming)
                var deliveries: [Delivery] = []
                while deliveries.count < 3 { deliveries += try await batches.next() }
                running.consumer.ack(deliveries[1].tag)
                await running.consumer.handBack("work")
                // Too late: it is in the queue again.
                running.consumer.ack(deliveries[0].tag)
                await running.consumer.handBack("work")
                await running.consumer.resume("work")
                let again = try await batches.next()
                #expect(again.map(\.text) == ["again"])
                running.consumer.ack(again[0].tag)
                #expect(try await settled.next() == "80 2 0")
                // basic.nack of tag 0, multiple and requeue: all of them.
                #expect(try await settled.next() == "120 0 3")
                #expect(try await settled.next() == "ack 5")
            }
        }
    }
}

extension Consumer {
    fileprivate var channelState: ConsumeChannel.State? { subscriptions.first?.channel?.state }
}
