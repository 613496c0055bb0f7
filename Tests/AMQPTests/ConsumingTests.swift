import Testing

@testable import AMQP

@Suite("Consuming", .timeLimit(.minutes(1))) struct ConsumingTests {
    @Test("deliveries arrive whole, in order, in one array a turn, and are acknowledged together") func happyPath()
        async throws
    {
        let settled = Mailbox<String>()
        let subscribed = Mailbox<BrokerPeer.Subscribed>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            subscribed.put(subscription)
            var bytes: [UInt8] = []
            for tag in 1...3 as ClosedRange<UInt64> {
                bytes += BrokerPeer.deliver(tag, on: subscription.channel, redelivered: tag == 2).bytes
                bytes += BrokerPeer.header(size: 2, on: subscription.channel).bytes
                bytes += BrokerPeer.body("m\(tag)".utf8, on: subscription.channel).bytes
            }
            try peer.send(bytes: bytes)
            settled.put(try peer.settlement())
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker, queue: "send.transactional", prefetch: 7) { running, batches, events in
                #expect(try await events.next() == .consuming)
                let subscription = try await subscribed.next()
                #expect(subscription.queue == "send.transactional")
                #expect(subscription.prefetch == 7)
                let batch = try await batches.next()
                #expect(batch.map(\.text) == ["m1", "m2", "m3"])
                #expect(batch.map(\.isRedelivered) == [false, true, false])
                #expect(batch[0].exchange == "send")
                #expect(batch[0].routingKey == "transactional.shop.order")
                #expect(batch.allSatisfy { $0.problem == nil })
                await settle(batch, running.consumer)
                #expect(try await settled.next() == "ack up to 3")
            }
        }
    }

    @Test("frames of several channels interleave, bodies are empty, of many frames and of none")
    func interleaving() async throws {
        let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscribed = try peer.acceptSubscriptions { $0.count == 2 }
            guard let first = subscribed.first(where: { $0.queue == "a" })?.channel,
                let second = subscribed.first(where: { $0.queue == "b" })?.channel
            else { throw PeerError("queues") }
            try peer.send(BrokerPeer.deliver(1, on: first))
            try peer.send(BrokerPeer.deliver(1, on: second))
            try peer.send(BrokerPeer.header(size: 200_000, on: first))
            try peer.send(BrokerPeer.header(size: 0, on: second))
            try peer.send(BrokerPeer.body(large[..<70_000], on: first))
            try peer.send(WireFrame(type: WireFrame.heartbeat, channel: 0, payload: []))
            try peer.send(BrokerPeer.deliver(2, on: second))
            try peer.send(BrokerPeer.body([], on: first))
            try peer.send(BrokerPeer.header(size: 4, on: second))
            try peer.send(BrokerPeer.body(large[70_000..<199_999], on: first))
            try peer.send(BrokerPeer.body("two!".utf8, on: second))
            try peer.send(BrokerPeer.body(large[199_999...], on: first))
            try peer.serveToTheEnd()
        } body: { broker in
            let running = try RunningConsumer("amqp://127.0.0.1:\(broker.port)")
            let (firsts, seconds) = (Mailbox<Delivery>(), Mailbox<Delivery>())
            await running.consumer.subscribe("a", prefetch: 5) { $0.forEach(firsts.put) }
            await running.consumer.subscribe("b", prefetch: 5) { $0.forEach(seconds.put) }
            #expect(try await seconds.next().text == "")
            #expect(try await seconds.next().text == "two!")
            #expect(try await firsts.next().message.body == large)
            await running.stop()
        }
    }

    @Test("a subscription that begins later gets a channel of its own on the same connection") func later() async throws
    {
        try await withBroker { peer in
            try peer.acceptLogin()
            let first = try peer.acceptSubscription(queue: "work")
            let second = try peer.acceptSubscription(queue: "more")
            guard first.channel != second.channel else { throw PeerError("one channel for both") }
            try peer.deliver(1, "late", on: second.channel)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, _, events in
                try await events.next(where: { $0 == .consuming })
                let batches = Mailbox<[Delivery]>()
                await running.consumer.subscribe("more", prefetch: 1) { batches.put($0) }
                #expect(try await batches.next().map(\.text) == ["late"])
            }
        }
    }

    @Test("after the connection broke the subscription is restored, and old tags settle nothing") func reconnect()
        async throws
    {
        let settled = Mailbox<String>()
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                let subscription = try peer.acceptSubscription()
                try peer.deliver(1, "first", on: subscription.channel)
                try peer.deliver(2, "second", on: subscription.channel)
                try peer.expect(.basicAck)
            },
            { peer in
                try peer.acceptLogin()
                let subscription = try peer.acceptSubscription(queue: "work")
                guard subscription.prefetch == 10 else { throw PeerError("prefetch \(subscription.prefetch)") }
                try peer.deliver(1, "second again", on: subscription.channel)
                settled.put(try peer.settlement())
                // Nothing but the goodbye follows.
                try peer.expect(.connectionClose)
                try peer.send(.connectionCloseOK, on: 0)
                peer.awaitEnd()
            },
        ]) { broker in
            try await withConsumer(broker) { running, batches, events in
                #expect(try await events.next() == .consuming)
                var old: [Delivery] = []
                while old.count < 2 { old += try await batches.next() }
                running.consumer.ack(old[0].tag)
                guard case .interrupted(let reason) = try await events.next() else { throw PeerError("event") }
                #expect(reason.code == .connectionLost)
                #expect(try await events.next() == .consuming)
                let new = try await batches.next()
                #expect(new.map(\.text) == ["second again"])
                // The same number, of another connection: it would settle the wrong message, or close the channel.
                running.consumer.reject(old[0].tag, requeue: false)
                running.consumer.ack(old[1].tag)
                running.consumer.ack(DeliveryTag(unattached: 1))
                running.consumer.ack(new[0].tag)
                running.consumer.ack(new[0].tag)
                #expect(try await settled.next() == "ack 1")
            }
        }
    }

    @Test("a subscription that the broker cancels is reported and begun again") func cancelledByBroker() async throws {
        let recreated = Gate()
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.send(.basicCancel, on: subscription.channel) { writer in
                writer.shortString(subscription.consumerTag)
                writer.octet(1)
            }
            // The queue is gone; then it is there again.
            try peer.expect(.basicConsume)
            try peer.closeChannel(subscription.channel, code: 404, text: "NOT_FOUND - no queue 'work' in vhost '/'")
            try peer.expect(.channelCloseOK)
            try recreated.wait()
            let second = try peer.acceptSubscription()
            try peer.deliver(1, "back", on: second.channel)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, batches, events in
                #expect(try await events.next() == .consuming)
                #expect(try await events.next() == .cancelledByBroker)
                #expect(await running.consumer.unconsumedQueues == ["work"])
                recreated.open()
                guard case .interrupted(let error) = try await events.next() else { throw PeerError("event") }
                #expect(error.code == .notFound)
                #expect(try await events.next() == .consuming)
                #expect(await running.consumer.unconsumedQueues.isEmpty)
                #expect(try await batches.next().map(\.text) == ["back"])
                #expect(broker.connectionCount == 1)
                let lines = running.logs.all.filter { $0.contains("amqp.queue=work") }
                #expect(lines.count == 2)
                #expect(lines.first?.contains("ended a subscription") == true)
                #expect(lines.last?.contains("Consuming again") == true)
            }
        }
    }

    @Test(
        "a queue that is missing or forbidden is tried again on the same connection, and mentioned once",
        arguments: [(404, "NOT_FOUND"), (403, "ACCESS_REFUSED")] as [(UInt16, String)])
    func missingQueue(code: UInt16, text: String) async throws {
        try await withBroker { peer in
            try peer.acceptLogin()
            for _ in 1...3 {
                let channel = try peer.acceptChannel()
                try peer.expect(.basicQoS)
                try peer.send(.basicQoSOK, on: channel)
                try peer.expect(.basicConsume)
                try peer.closeChannel(channel, code: code, text: text)
                try peer.expect(.channelCloseOK)
            }
            _ = try peer.acceptSubscription()
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, _, events in
                guard case .interrupted(let error) = try await events.next() else { throw PeerError("event") }
                #expect(error.reason == "\(code) \(text)")
                #expect(!error.isConnectionDead)
                try await events.next(where: { $0 == .consuming })
                #expect(running.logs.all.filter { $0.contains("cannot be consumed") }.count == 1)
                #expect(running.logs.all.filter { $0.contains("Consuming again") }.count == 1)
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test("a broker that never answers a request is given up, and nobody waits for ever") func noAnswer() async throws {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                _ = try peer.acceptSubscription()
                try peer.expect(.basicCancel)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptLogin()
                try peer.expect(.channelOpen)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptLogin()
                try peer.acceptChannel()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withConsumer(broker, options: testOptions { $0.answerTimeout = .milliseconds(500) }) {
                running, _, events in
                try await events.next(where: { $0 == .consuming })
                await running.consumer.pause("work")
                for _ in 1...2 {
                    guard case .interrupted(let error) = try await events.next() else { throw PeerError("event") }
                    #expect(error.reason.contains("no answer"))
                }
            }
        }
    }

    @Test("a temporary queue is declared, bound and consumed, again after a reconnect") func temporaryQueue()
        async throws
    {
        let bindings = [
            QueueBinding(exchange: "events", routingKey: "message.#"),
            QueueBinding(exchange: "events.clear", routingKey: "#"),
        ]
        let accept: @Sendable (BrokerPeer) throws -> BrokerPeer.Subscribed = { peer in
            try peer.acceptLogin()
            let channel = try peer.acceptChannel()
            var declare = try peer.expect(.queueDeclare)
            _ = declare.short()
            // No name, and of passive, durable, exclusive, auto-delete, no-wait the third and fourth.
            guard declare.shortString() == "", declare.octet() == 0b01100 else { throw PeerError("declare") }
            try peer.send(.queueDeclareOK, on: channel) { writer in
                writer.shortString("amq.gen-x")
                writer.longLong(0)
            }
            for binding in bindings {
                var bind = try peer.expect(.queueBind)
                _ = bind.short()
                guard bind.shortString() == "amq.gen-x", bind.shortString() == binding.exchange,
                    bind.shortString() == binding.routingKey
                else { throw PeerError("bind") }
                try peer.send(.queueBindOK, on: channel)
            }
            return try peer.acceptConsume(on: channel, queue: "amq.gen-x")
        }
        try await withBroker([
            { peer in try peer.deliver(1, "one", on: accept(peer).channel) },
            { peer in
                try peer.deliver(1, "two", on: accept(peer).channel)
                try peer.serveToTheEnd()
            },
        ]) { broker in
            let running = try RunningConsumer("amqp://127.0.0.1:\(broker.port)")
            let batches = Mailbox<[Delivery]>()
            await running.consumer.subscribe(toTemporaryQueueWith: bindings, as: "tail", prefetch: 100) {
                batches.put($0)
            }
            let texts = [try await batches.next(), try await batches.next()].map { $0.map(\.text) }
            #expect(texts == [["one"], ["two"]])
            await running.stop()
        }
    }

    @Test("a name that AMQP cannot say is reported, and disturbs nobody else") func impossibleName() async throws {
        try await withBroker { peer in
            try peer.acceptLogin()
            try peer.deliver(1, "fine", on: try peer.acceptSubscription(queue: "work").channel)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { running, batches, _ in
                let events = Mailbox<SubscriptionEvent>()
                await running.consumer.subscribe(
                    String(repeating: "q", count: 256), prefetch: 1, onEvent: { events.put($0) }, handler: { _ in })
                guard case .interrupted(let error) = try await events.next() else { throw PeerError("event") }
                #expect(error.code == .invalidMessage)
                #expect(try await batches.next().map(\.text) == ["fine"])
                #expect(broker.connectionCount == 1)
            }
        }
    }
}

/// Acknowledges all in one turn of the loop.
func settle(_ deliveries: [Delivery], _ consumer: Consumer) async {
    await consumer.settleTogether(deliveries.map(\.tag))
}

extension Consumer {
    fileprivate func settleTogether(_ tags: [DeliveryTag]) {
        for tag in tags { ack(tag) }
    }
}
