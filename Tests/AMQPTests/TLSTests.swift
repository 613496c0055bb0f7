import Testing

@testable import AMQP

@Suite("TLS", .timeLimit(.minutes(1))) struct TLSTests {
    /// Runs `body` with a relay that shows `certificate`.
    private func withRelay(
        certificate: String = "server", maximum: String = "TLSv1_3", _ script: @escaping ScriptedBroker.Script,
        body: (TLSRelay, TestCertificates) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates()
        defer { certificates.remove() }
        try await withBroker(script) { broker in
            let relay = try TLSRelay(to: broker, certificate: certificate, in: certificates, maximum: maximum)
            defer { relay.stop() }
            try await body(relay, certificates)
        }
    }

    private func failure(_ url: String, caFile: String?) async throws -> AMQPError {
        let running = try RunningPublisher(url, options: testOptions { $0.caFile = caFile })
        guard case .disconnected(let reason?) = try await running.states.next() else { throw PeerError("connected") }
        await running.stop()
        return reason
    }

    @Test("messages of every size are published over TLS") func publishing() async throws {
        let sizes = [0, 1, 16_384, 131_064, 1_000_000]
        try await withRelay { peer in
            try peer.acceptPublisher()
            for (index, size) in sizes.enumerated() {
                let message = try peer.publish()
                guard message.body == [UInt8](repeating: UInt8(index), count: size) else { throw PeerError("body") }
                try peer.confirm(UInt64(index + 1))
            }
            try peer.serveToTheEnd()
        } body: { relay, certificates in
            let running = try RunningPublisher(
                "amqps://localhost:\(relay.port)", options: testOptions { $0.caFile = certificates.path("ca.pem") })
            try await running.states.next(where: { $0 == .connected })
            for (index, size) in sizes.enumerated() {
                let message = Message(body: [UInt8](repeating: UInt8(index), count: size))
                let outcome = try await running.publisher.publish(message, to: "x", routingKey: "k")
                #expect(outcome == .confirmed)
            }
            await running.stop()
        }
    }

    @Test("deliveries that wait decrypted inside the TLS library are not forgotten") func consuming() async throws {
        let count: UInt64 = 3000
        try await withRelay { peer in
            try peer.acceptLogin()
            let channel = try peer.acceptSubscription().channel
            var bytes: [UInt8] = []
            for tag in 1...count {
                bytes += BrokerPeer.deliver(tag, on: channel).bytes
                bytes += BrokerPeer.header(size: 100, on: channel).bytes
                bytes += BrokerPeer.body([UInt8](repeating: 1, count: 100), on: channel).bytes
            }
            try peer.send(bytes: bytes)
            while try peer.settlement() != "ack up to \(count)" {}
            try peer.serveToTheEnd()
        } body: { relay, certificates in
            let options = testOptions { $0.caFile = certificates.path("ca.pem") }
            let running = try RunningConsumer("amqps://localhost:\(relay.port)", options: options)
            let batches = Mailbox<[Delivery]>()
            await running.consumer.subscribe("work", prefetch: 5000) { batches.put($0) }
            var seen = 0
            while seen < count {
                let batch = try await batches.next()
                await settle(batch, running.consumer)
                seen += batch.count
            }
            await running.stop()
        }
    }

    @Test("a certificate for another host is refused") func wrongHost() async throws {
        try await withRelay(certificate: "elsewhere") { _ in
        } body: { relay, certificates in
            let error = try await failure("amqps://localhost:\(relay.port)", caFile: certificates.path("ca.pem"))
            #expect(error.code == .tls)
            #expect(error.reason.contains("another host name"))
        }
    }

    @Test("a certificate of an authority that is not trusted is refused, also with the system's bundle")
    func wrongAuthority() async throws {
        try await withRelay { _ in
        } body: { relay, certificates in
            for file in [certificates.path("other-ca.pem"), nil] {
                let error = try await failure("amqps://localhost:\(relay.port)", caFile: file)
                #expect(error.code == .tls)
                #expect(error.reason.contains("not trusted") || error.reason.contains("ca-certificates.crt"))
            }
        }
    }

    @Test("TLS 1.1 is not spoken, TLS 1.2 is") func oldVersion() async throws {
        try await withRelay(maximum: "TLSv1_1") { _ in
        } body: { relay, certificates in
            let error = try await failure("amqps://localhost:\(relay.port)", caFile: certificates.path("ca.pem"))
            #expect(error.code == .tls)
            #expect(error.reason.contains("handshake"))
        }
        try await withRelay(maximum: "TLSv1_2") { peer in
            try peer.acceptPublisher()
            try peer.serveToTheEnd()
        } body: { relay, certificates in
            let options = testOptions { $0.caFile = certificates.path("ca.pem") }
            let running = try RunningPublisher("amqps://localhost:\(relay.port)", options: options)
            try await running.states.next(where: { $0 == .connected })
            await running.stop()
        }
    }

    @Test("a file of authorities that cannot be read is named") func missingFile() async throws {
        let error = try await failure("amqps://localhost:1?cacertfile=/nowhere/ca.pem", caFile: nil)
        // Found before anything is connected.
        #expect(error.code == .tls)
        #expect(error.reason.contains("/nowhere/ca.pem"))
    }

    @Test("TLS to a port without TLS, and no TLS to a port with it, end with a reason") func mixedUp() async throws {
        let certificates = try TestCertificates()
        defer { certificates.remove() }
        try await withBroker { peer in
            // What RabbitMQ says to a greeting that it does not know.
            _ = try peer.read(1)
            try peer.send(bytes: Array("AMQP".utf8) + [0, 0, 9, 1])
        } body: { broker in
            let error = try await failure("amqps://localhost:\(broker.port)", caFile: certificates.path("ca.pem"))
            #expect(error.code == .tls)
            #expect(error.reason.contains("no TLS on this port"))
        }
        try await withRelay { _ in
        } body: { relay, _ in
            let error = try await failure("amqp://localhost:\(relay.port)", caFile: nil)
            #expect([.unreachable, .protocolError].contains(error.code))
        }
    }

    @Test("a TLS connection that breaks is made again") func reconnect() async throws {
        try await withRelay { peer in
            try peer.acceptPublisher()
        } body: { relay, certificates in
            let options = testOptions { $0.caFile = certificates.path("ca.pem") }
            let running = try RunningPublisher("amqps://localhost:\(relay.port)", options: options)
            for _ in 1...3 {
                try await running.states.next(where: { $0 == .connected })
                try await running.states.next(where: { $0 != .connected })
            }
            await running.stop()
        }
    }
}
