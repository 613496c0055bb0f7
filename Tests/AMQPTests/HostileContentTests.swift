import Testing

@testable import AMQP

@Suite("Hostile content", .timeLimit(.minutes(1))) struct HostileContentTests {
    /// Properties that are a header table alone: flags, then the table.
    static func headers(_ table: [UInt8]) -> [UInt8] {
        WireWriter.make { writer in
            writer.short(1 << 13)
            writer.longString(table)
        }
    }

    /// A table of tables, `levels` deep.
    static func nestedTables(_ levels: Int) -> [UInt8] {
        var table: [UInt8] = []
        for _ in 1..<levels {
            // Built from the inside; each level is an empty name, the kind and the length.
            let length = UInt32(table.count)
            table = [0, UInt8(ascii: "F")] + WireWriter.make { $0.long(length) } + table
        }
        return table
    }

    @Test("header tables of any depth neither crash nor lose the message", arguments: [33, 1000, 10_000, 18_000])
    func deepTables(levels: Int) async throws {
        let properties = Self.headers(Self.nestedTables(levels))
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "deep", on: subscription.channel, properties: properties)
            try peer.deliver(2, "flat", on: subscription.channel, properties: Self.headers([1, 97, 116, 1]))
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { _, batches, _ in
                var deliveries: [Delivery] = []
                while deliveries.count < 2 { deliveries += try await batches.next() }
                #expect(deliveries[0].problem == .headersTooDeep)
                #expect(deliveries[0].message.properties.headers.isEmpty)
                #expect(deliveries[0].text == "deep")
                #expect(deliveries[1].problem == nil)
                #expect(deliveries[1].message.properties.headers == ["a": .bool(true)])
            }
        }
    }

    @Test("the depth that may be published arrives") func allowedDepth() async throws {
        let properties = Self.headers(Self.nestedTables(FieldValue.maximumDepth))
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "x", on: subscription.channel, properties: properties)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { _, batches, _ in
                let delivery = try await batches.next()[0]
                #expect(delivery.problem == nil)
                #expect(delivery.message.properties.headers.count == 1)
            }
        }
    }

    @Test("bytes that are not UTF-8, names that occur twice and unknown numbers are read as well as can be")
    func oddProperties() async throws {
        let properties = WireWriter.make { writer in
            // content-type, headers, delivery-mode, message-id.
            writer.short(1 << 15 | 1 << 13 | 1 << 12 | 1 << 7)
            writer.octet(2)
            writer.bytes += [0xFF, 0x41]
            writer.longString(
                WireWriter.make { table in
                    table.shortString("twice")
                    table.bytes += [UInt8(ascii: "b"), 1]
                    table.shortString("twice")
                    table.bytes += [UInt8(ascii: "b"), 2]
                    table.shortString("raw")
                    table.octet(UInt8(ascii: "S"))
                    table.longString([0xC3, 0x28])
                })
            writer.octet(9)
            writer.shortString("id\u{0}")
        }
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "x", on: subscription.channel, properties: properties)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { _, batches, _ in
                let properties = try await batches.next()[0].message.properties
                #expect(properties.contentType == "\u{FFFD}A")
                #expect(properties.headers == ["twice": .int8(1), "raw": .bytes([0xC3, 0x28])])
                #expect(properties.deliveryMode == .transient)
                #expect(properties.messageID == "id\u{0}")
                #expect(properties.userID == nil)
            }
        }
    }

    @Test("a body over the limit is not kept, but the message can be settled") func largeBody() async throws {
        let settled = Mailbox<String>()
        try await withBroker { peer in
            try peer.acceptLogin()
            let channel = try peer.acceptSubscription().channel
            try peer.deliver(1, String(repeating: "x", count: 101), on: channel)
            try peer.deliver(2, String(repeating: "y", count: 100), on: channel)
            settled.put(try peer.settlement())
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker, options: testOptions { $0.maximumBodySize = 100 }) { running, batches, _ in
                var deliveries: [Delivery] = []
                while deliveries.count < 2 { deliveries += try await batches.next() }
                #expect(deliveries[0].problem == .bodyTooLarge(size: 101))
                #expect(deliveries[0].message.body.isEmpty)
                #expect(deliveries[1].problem == nil)
                #expect(deliveries[1].message.body.count == 100)
                running.consumer.reject(deliveries[0].tag, requeue: false)
                #expect(try await settled.next() == "reject 1")
            }
        }
    }

    @Test("a body that is announced with more bytes than there is memory reserves none of it") func absurdSize()
        async throws
    {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                let channel = try peer.acceptSubscription().channel
                try peer.send(BrokerPeer.deliver(1, on: channel))
                try peer.send(BrokerPeer.header(size: .max, on: channel))
                try peer.send(BrokerPeer.body([1, 2, 3], on: channel))
            },
            { peer in
                try peer.acceptLogin()
                try peer.deliver(1, "fine", on: try peer.acceptSubscription().channel)
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withConsumer(broker) { _, batches, _ in
                let texts = try await batches.next().map(\.text)
                #expect(texts == ["fine"])
            }
        }
    }

    /// What a broken or hostile broker might send after the subscription began.
    static let brokenFrames: [(String, [UInt8])] = [
        ("noise", (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 5) }),
        ("a frame without its end", Array(BrokerPeer.deliver(1, on: 1).bytes.dropLast()) + [0]),
        ("a frame of 2 GiB", [1, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF]),
        ("a frame of 4 GiB", [1, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("a frame over 1 MiB", [3, 0, 1, 0, 0x10, 0, 1]),
        ("a method frame of one byte", [1, 0, 1, 0, 0, 0, 1, 0, 206]),
        ("a method that does not exist", BrokerPeer.method(MethodID(60, 999), on: 1).bytes),
        ("a class that does not exist", BrokerPeer.method(MethodID(999, 1), on: 1).bytes),
        ("a truncated method", WireFrame(type: 1, channel: 1, payload: [0, 60, 0, 60, 200]).bytes),
        ("a header of one byte", WireFrame(type: 2, channel: 1, payload: [0]).bytes),
        ("a header out of turn", BrokerPeer.header(size: 1, on: 1).bytes),
        ("a body out of turn", BrokerPeer.body([1], on: 1).bytes),
        (
            "a header of another class",
            BrokerPeer.deliver(1, on: 1).bytes
                + WireFrame(type: 2, channel: 1, payload: [0, 10] + [UInt8](repeating: 0, count: 14)).bytes
        ),
        (
            "a header of an unknown class",
            BrokerPeer.deliver(1, on: 1).bytes
                + WireFrame(type: 2, channel: 1, payload: [3, 3] + [UInt8](repeating: 0, count: 14)).bytes
        ),
        ("a delivery inside a delivery", BrokerPeer.deliver(1, on: 1).bytes + BrokerPeer.deliver(2, on: 1).bytes),
        (
            "more body than announced",
            BrokerPeer.deliver(1, on: 1).bytes + BrokerPeer.header(size: 1, on: 1).bytes
                + BrokerPeer.body([1, 2], on: 1).bytes
        ),
        (
            "an unknown kind of value",
            BrokerPeer.deliver(1, on: 1).bytes
                + BrokerPeer.header(size: 0, headers([1, 97, UInt8(ascii: "?"), 1]), on: 1).bytes
        ),
        (
            "a table longer than its frame",
            BrokerPeer.deliver(1, on: 1).bytes
                + BrokerPeer.header(size: 0, [0x20, 0, 0xFF, 0xFF, 0xFF, 0xFF], on: 1).bytes
        ),
        (
            "flags without end",
            BrokerPeer.deliver(1, on: 1).bytes
                + BrokerPeer.header(size: 0, [UInt8](repeating: 0xFF, count: 100), on: 1).bytes
        ),
        (
            "a delivery tag from nowhere",
            BrokerPeer.deliver(.max, on: 1).bytes + BrokerPeer.header(size: 0, on: 1).bytes
        ),
        ("a greeting in the middle", Array("AMQP".utf8) + [0, 0, 9, 1]),
    ]

    @Test("garbage ends the connection, and the next one takes one message at a time", arguments: brokenFrames)
    func garbage(name: String, bytes: [UInt8]) async throws {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                let subscription = try peer.acceptSubscription()
                guard subscription.prefetch == 10, subscription.channel == 1 else { throw PeerError("prefetch") }
                try peer.send(bytes: bytes)
                // Some of it is a frame that has not ended yet: more of the same ends it.
                for _ in 0..<64 { try? peer.send(bytes: [UInt8](repeating: 0xA5, count: 32 << 10)) }
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptLogin()
                let subscription = try peer.acceptSubscription()
                guard subscription.prefetch == 1 else { throw PeerError("prefetch \(subscription.prefetch)") }
                try peer.deliver(1, "fine", on: subscription.channel)
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withConsumer(broker) { _, batches, events in
                #expect(try await events.next() == .consuming)
                guard case .interrupted(let error) = try await events.next() else { throw PeerError("event") }
                #expect(error.code == .protocolError)
                #expect(error.isConnectionDead)
                #expect(try await batches.next().map(\.text) == ["fine"])
            }
        }
    }

    @Test("after a while the prefetch is as it was") func endOfCaution() async throws {
        try await withBroker([
            { peer in
                try peer.acceptLogin()
                _ = try peer.acceptSubscription()
                try peer.send(bytes: BrokerPeer.body([1], on: 1).bytes)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptLogin()
                let subscribed = try peer.acceptSubscriptions { $0.last?.prefetch == 10 }
                guard subscribed.count == 1 || subscribed[0].prefetch == 1 else { throw PeerError("\(subscribed)") }
                try peer.deliver(1, "many", on: subscribed[0].channel)
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withConsumer(broker, options: testOptions { $0.cautionTime = .milliseconds(1) }) {
                _, batches, _ in
                let texts = try await batches.next().map(\.text)
                #expect(texts == ["many"])
            }
        }
    }

    @Test("frames for channels that are not there, and frames of no known type, are ignored") func strayFrames()
        async throws
    {
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "stray", on: 77)
            try peer.closeChannel(78, code: 504, text: "CHANNEL_ERROR")
            try peer.expect(.channelCloseOK, on: 78)
            try peer.send(WireFrame(type: 42, channel: 1, payload: [1, 2, 3]))
            try peer.confirm(9, on: subscription.channel)
            try peer.deliver(1, "meant", on: subscription.channel)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { _, batches, _ in
                let texts = try await batches.next().map(\.text)
                #expect(texts == ["meant"])
            }
        }
    }

    @Test("a header frame larger than was negotiated is read: the broker adds headers of its own") func largerFrame()
        async throws
    {
        let table = WireWriter.make { table in
            table.shortString("big")
            table.octet(UInt8(ascii: "x"))
            table.longString([UInt8](repeating: 7, count: 200_000))
        }
        try await withBroker { peer in
            try peer.acceptLogin()
            let subscription = try peer.acceptSubscription()
            try peer.deliver(1, "x", on: subscription.channel, properties: Self.headers(table))
            try peer.serveToTheEnd()
        } body: { broker in
            try await withConsumer(broker) { _, batches, _ in
                let headers = try await batches.next()[0].message.properties.headers
                #expect(headers == ["big": .bytes([UInt8](repeating: 7, count: 200_000))])
            }
        }
    }

    @Test("a publisher gives a connection up that confirms what was never published") func wrongConfirm() async throws {
        try await withBroker([
            { peer in
                try peer.acceptPublisher()
                _ = try peer.publish()
                try peer.confirm(2, multiple: true)
                peer.awaitEnd()
            },
            { peer in
                try peer.acceptPublisher()
                try peer.serveToTheEnd()
            },
        ]) { broker in
            try await withPublisher(broker) { running in
                guard case .unknown(let reason) = try await publish(1, running)[0] else { throw PeerError("outcome") }
                #expect(reason.contains("protocolError"))
                try await running.states.next(where: { $0 == .connected })
            }
        }
    }
}
