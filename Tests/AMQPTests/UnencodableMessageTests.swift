import Testing

@testable import AMQP

@Suite("Messages that cannot be encoded", .timeLimit(.minutes(1))) struct UnencodableMessageTests {
    static let tooLong = String(repeating: "ü", count: 128)

    /// Bad messages with what the error must name.
    static let cases: [(String, Message, String, String)] = {
        func with(_ change: (inout MessageProperties) -> Void) -> Message {
            var properties = MessageProperties()
            change(&properties)
            return Message(properties: properties, body: [1])
        }
        var nested = FieldValue.string("x")
        for _ in 0..<FieldValue.maximumDepth { nested = .array([nested]) }
        return [
            ("exchange", Message(body: []), tooLong, "k"), ("routing key", Message(body: []), "x", tooLong),
            ("content_type", with { $0.contentType = tooLong }, "x", "k"),
            ("content_encoding", with { $0.contentEncoding = tooLong }, "x", "k"),
            ("correlation_id", with { $0.correlationID = tooLong }, "x", "k"),
            ("reply_to", with { $0.replyTo = tooLong }, "x", "k"),
            ("expiration", with { $0.expiration = tooLong }, "x", "k"),
            ("message_id", with { $0.messageID = tooLong }, "x", "k"), ("type", with { $0.type = tooLong }, "x", "k"),
            ("user_id", with { $0.userID = tooLong }, "x", "k"), ("app_id", with { $0.appID = tooLong }, "x", "k"),
            ("header's name", with { $0.headers = [tooLong: .null] }, "x", "k"),
            ("header's name", with { $0.headers = ["t": .table([tooLong: .null])] }, "x", "k"),
            ("nested deeper", with { $0.headers = ["deep": nested] }, "x", "k"),
            ("properties", with { $0.headers = ["big": .bytes([UInt8](repeating: 0, count: 131_072))] }, "x", "k"),
            ("properties", with { $0.headers = ["big": .bytes([UInt8](repeating: 0, count: 131_040))] }, "x", "k"),
            ("body", Message(body: [UInt8](repeating: 0, count: 1001)), "x", "k"),
        ]
    }()

    @Test("each is refused with the field's name, and the stream stays in step") func refused() async throws {
        let seen = Mailbox<PublishedMessage>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            seen.put(try peer.publish())
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker, options: testOptions { $0.maximumBodySize = 1000 }) { running in
                for (part, message, exchange, routingKey) in Self.cases {
                    let error = await #expect(throws: AMQPError.self) {
                        try await running.publisher.publish(message, to: exchange, routingKey: routingKey)
                    }
                    #expect(error?.code == .invalidMessage)
                    #expect(error?.reason.contains(part) == true, "\(part): \(error?.reason ?? "")")
                    #expect(error?.isRetryable == false)
                    #expect(error?.isConnectionDead == false)
                }
                let outcome = try await running.publisher.publish(
                    Message(body: [42]), to: String(repeating: "e", count: 255),
                    routingKey: String(repeating: "k", count: 255))
                #expect(outcome == .confirmed)
            }
        }
        // Nothing of the refused messages was on the wire before the good one.
        let message = try await seen.next()
        #expect(message.body == [42])
        #expect(message.routingKey.utf8.count == 255)
    }

    @Test("headers that just fit a frame are sent") func largestHeaders() async throws {
        let seen = Mailbox<PublishedMessage>()
        // Frame 8, class, weight and size 12, flags 2, table length 4, name 2, kind 1, length 4.
        let largest = 131_072 - 8 - 12 - 2 - 4 - 2 - 1 - 4
        try await withBroker { peer in
            try peer.acceptPublisher()
            seen.put(try peer.publish())
            try peer.confirm(1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                var properties = MessageProperties()
                properties.headers = ["h": .bytes([UInt8](repeating: 9, count: largest + 1))]
                await #expect(throws: AMQPError.self) {
                    try await running.publisher.publish(
                        Message(properties: properties, body: []), to: "x", routingKey: "k")
                }
                properties.headers = ["h": .bytes([UInt8](repeating: 9, count: largest))]
                let outcome = try await running.publisher.publish(
                    Message(properties: properties, body: []), to: "x", routingKey: "k")
                #expect(outcome == .confirmed)
                #expect(try await seen.next().properties.count == 131_072 - 20)
            }
        }
    }
}
