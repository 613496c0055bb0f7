import EventLoop
import Testing

@testable import AMQP

@Suite("Login", .timeLimit(.minutes(1))) struct LoginTests {
    /// What an attempt to connect ends with.
    private func failure(_ url: String, options: ConnectionOptions = testOptions()) async throws -> AMQPError {
        let running = try RunningPublisher(url, options: options)
        guard case .disconnected(let reason?) = try await running.states.next() else { throw PeerError("connected") }
        await running.stop()
        return reason
    }

    private static func close(_ peer: BrokerPeer, code: UInt16, text: String) throws {
        try peer.send(.connectionClose, on: 0) { writer in
            writer.short(code)
            writer.shortString(text)
            writer.long(0)
        }
    }

    @Test("user, password, virtual host, name and capabilities are as asked for") func request() async throws {
        let seen = Mailbox<(login: [UInt8], vhost: String, properties: [UInt8], heartbeat: UInt16, frameMax: UInt32)>()
        try await withBroker { peer in
            try peer.acceptLogin(heartbeat: 60)
            seen.put((peer.login, peer.virtualHost, peer.clientProperties, peer.clientHeartbeat, peer.clientFrameMax))
            try peer.serveToTheEnd()
        } body: { broker in
            let options = testOptions { $0.name = "switchboard worker" }
            let running = try RunningConsumer("amqp://b%40d:p%3Ass@127.0.0.1:\(broker.port)/a%2Fb", options: options)
            let request = try await seen.next()
            #expect(request.login == [0] + Array("b@d".utf8) + [0] + Array("p:ss".utf8))
            #expect(request.vhost == "a/b")
            #expect(request.heartbeat == 15)
            #expect(request.frameMax == 131_072)
            let text = String(decoding: request.properties, as: UTF8.self)
            let parts = [
                "connection_name", "switchboard worker", "consumer_cancel_notify", "connection.blocked",
                "publisher_confirms", "basic.nack", "authentication_failure_close",
            ]
            for part in parts { #expect(text.contains(part)) }
            await running.stop()
        }
    }

    @Test("a wrong password is told as such, with the broker's words and without the password") func wrongPassword()
        async throws
    {
        try await withBroker { peer in
            try peer.offerLogin()
            try Self.close(
                peer, code: 403, text: "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN")
            peer.awaitEnd()
        } body: { broker in
            let error = try await failure("amqp://shop:hunter2@127.0.0.1:\(broker.port)")
            #expect(error.code == .authenticationRefused)
            #expect(!error.isRetryable)
            #expect(error.reason == "403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN")
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test("a virtual host that is not there, or not allowed, is told as such") func wrongVirtualHost() async throws {
        try await withBroker { peer in
            try peer.offerLogin()
            try peer.send(.connectionTune, on: 0) { writer in
                writer.short(0)
                writer.long(131_072)
                writer.short(0)
            }
            try peer.expect(.connectionTuneOK)
            try peer.expect(.connectionOpen)
            try Self.close(peer, code: 530, text: "NOT_ALLOWED - vhost none not found")
            peer.awaitEnd()
        } body: { broker in
            let error = try await failure("amqp://127.0.0.1:\(broker.port)/none")
            #expect(error.code == .accessRefused)
            #expect(error.reason == "530 NOT_ALLOWED - vhost none not found")
        }
    }

    @Test("a broker that closes without a word, or offers no PLAIN, is no riddle") func otherRefusals() async throws {
        try await withBroker([
            { peer in try peer.offerLogin() },
            { peer in try peer.offerLogin(mechanisms: "EXTERNAL") },
        ]) { broker in
            let first = try await failure("amqp://127.0.0.1:\(broker.port)")
            #expect(first.code == .unreachable)
            #expect(first.isRetryable)
        }
        try await withBroker { peer in
            do {
                try peer.offerLogin(mechanisms: "EXTERNAL")
            } catch {
                // The client goes at once.
            }
        } body: { broker in
            let error = try await failure("amqp://127.0.0.1:\(broker.port)")
            #expect(error.code == .authenticationRefused)
        }
    }

    @Test(
        "what is no broker is told as such",
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "AMQP\u{0}\u{1}\u{0}\u{0}", "220 mail.example ESMTP\r\n"])
    func noBroker(greeting: String) async throws {
        try await withBroker { peer in
            try peer.send(bytes: Array(greeting.utf8))
            peer.awaitEnd()
        } body: { broker in
            let error = try await failure("amqp://127.0.0.1:\(broker.port)")
            #expect(error.code == .protocolError)
            #expect(error.reason.contains("no AMQP 0-9-1 broker"))
        }
    }

    @Test("a host without address and a port without listener are told apart") func unreachable() async throws {
        let host = try await failure("amqp://no-such-host.invalid")
        #expect(host.code == .unreachable)
        #expect(host.reason.contains("host name"))
        let port = try await failure("amqp://127.0.0.1:1")
        #expect(port.code == .unreachable)
        #expect(port.reason.contains("refused"))
    }

    @Test("a peer that accepts and says nothing costs the timeout, not the loop") func silentPeer() async throws {
        try await withBroker { peer in
            peer.awaitEnd()
        } body: { broker in
            let loop = try EventLoop(name: "test")
            let options = testOptions { $0.connectTimeout = .seconds(6) }
            let watch = LoopWatch(loop)
            defer { watch.stop() }
            let start = ContinuousClock.now
            let running = try RunningPublisher("amqp://127.0.0.1:\(broker.port)", options: options, loop: loop)
            _ = try await running.states.next()
            #expect(watch.longestDelay < .seconds(5))
            #expect(ContinuousClock.now - start > .milliseconds(5900))
            guard case .disconnected(let reason?) = await running.publisher.state else { throw PeerError("state") }
            #expect(reason.reason.contains("no answer to the login"))
            await running.stop()
        }
    }

    @Test("stopping while a login is under way does not wait for it") func stopDuringLogin() async throws {
        try await withBroker { peer in
            peer.awaitEnd()
        } body: { broker in
            let options = testOptions { $0.connectTimeout = .seconds(600) }
            let running = try RunningPublisher("amqp://127.0.0.1:\(broker.port)", options: options)
            while broker.connectionCount == 0 { await shortly() }
            await running.stop()
        }
    }

    @Test("a cancelled task ends the connection") func cancellation() async throws {
        let ended = Mailbox<Void>()
        try await withBroker { peer in
            try peer.acceptPublisher()
            peer.awaitEnd()
            ended.put(())
        } body: { broker in
            let publisher = Publisher(
                loop: try EventLoop(name: "test"), url: try BrokerURL("amqp://127.0.0.1:\(broker.port)"),
                options: testOptions(), logger: LogRecorder().logger)
            let task = Task { await publisher.run() }
            while await publisher.state != .connected { await shortly() }
            task.cancel()
            await task.value
            try await ended.next()
            #expect(await publisher.state == .disconnected(reason: AMQPError.closedHere))
        }
    }

    @Test("waits grow to the limit, shortened by the jitter that is injected") func backoff() throws {
        func waits(_ jitter: Double) throws -> [Duration] {
            var options = ConnectionOptions()
            options.minimumBackoff = .milliseconds(100)
            options.maximumBackoff = .seconds(60)
            options.jitter = { jitter }
            let link = ConnectionLink(
                url: try BrokerURL("amqp://h"), options: options, logger: LogRecorder().logger,
                readsLargerFrames: false, onStateChange: { _ in })
            return [0, 1, 2, 5, 6, 1_000_000].map(link.backoff)
        }
        #expect(
            try waits(0) == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(3200), .seconds(5),
                .seconds(5),
            ])
        #expect(
            try waits(1) == [
                .milliseconds(50), .milliseconds(100), .milliseconds(200), .milliseconds(1600), .milliseconds(2500),
                .milliseconds(2500),
            ])
    }

    @Test("no log line of a whole life holds the password") func secrecy() async throws {
        try await withBroker { peer in
            try peer.acceptPublisher()
        } body: { broker in
            let running = try RunningPublisher("amqp://shop:hunter2@127.0.0.1:\(broker.port)/v")
            try await running.states.next(where: { $0 == .connected })
            try await running.states.next(where: { $0 != .connected })
            await running.stop()
            #expect(!running.logs.all.isEmpty)
            #expect(!running.logs.all.contains { $0.contains("hunter2") })
        }
    }
}
