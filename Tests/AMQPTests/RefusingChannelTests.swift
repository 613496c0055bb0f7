import Testing

@testable import AMQP

@Suite("A channel that only refuses", .timeLimit(.minutes(1))) struct RefusingChannelTests {
    @Test("is replaced after half a second, and what is pending on it keeps its answers") func replacement()
        async throws
    {
        try await withBroker { peer in
            try peer.acceptPublisher()
            var tags: [UInt16: UInt64] = [:]
            var late: UInt64 = 0
            var key = ""
            while key != "last" {
                let frame = try peer.frame()
                switch frame.methodID {
                case .channelOpen: try peer.send(.channelOpenOK, on: frame.channel) { $0.longString([]) }
                case .confirmSelect: try peer.send(.confirmSelectOK, on: frame.channel)
                default:
                    let message = try peer.publish(begunWith: frame)
                    let tag = (tags[message.channel] ?? 0) + 1
                    tags[message.channel] = tag
                    key = message.routingKey
                    switch (message.channel, key) {
                    case (1, "late"): late = tag
                    case (1, "stuck"): try peer.refuse(tag)
                    default: try peer.confirm(tag, on: message.channel)
                    }
                }
            }
            guard tags[2] != nil else { throw PeerError("no second channel") }
            // The old channel is closed only when its last message is answered.
            try peer.confirm(late)
            try peer.expect(.channelClose, on: 1)
            try peer.send(.channelCloseOK, on: 1)
            try peer.serveToTheEnd()
        } body: { broker in
            try await withPublisher(broker) { running in
                let publisher = running.publisher
                async let late = publisher.publish(Message(body: [1]), to: "x", routingKey: "late")
                var refusals = 0
                let start = ContinuousClock.now
                // It is confirmed on another channel alone.
                while true {
                    let outcome = try await publisher.publish(Message(body: [1]), to: "x", routingKey: "stuck")
                    if outcome == .confirmed { break }
                    #expect(outcome == .refused)
                    refusals += 1
                    // Confirms of another destination on the same channel prove nothing for this one.
                    let healthy = try await publisher.publish(Message(body: [1]), to: "x", routingKey: "healthy")
                    #expect(healthy == .confirmed)
                }
                let last = try await publisher.publish(Message(body: [1]), to: "x", routingKey: "last")
                #expect(last == .confirmed)
                #expect(ContinuousClock.now - start >= .milliseconds(500))
                #expect(refusals > 0)
                let lines = running.logs.all
                #expect(lines.count(where: { $0.contains("trying other channels") }) == 1)
                #expect(lines.count(where: { $0.contains("takes some again") }) == 1)
                #expect(try await late == .confirmed)
                #expect(broker.connectionCount == 1)
            }
        }
    }

    @Test("a destination counts as stuck only when nothing of it is confirmed for half a second") func watch() {
        var watch = RefusalWatch()
        let step = RefusalWatch.initialPatience / 2
        let early = [10, 10 + step].map { watch.refused(exchange: "x", routingKey: "k", now: $0) }
        #expect(early == [false, false])
        watch.confirmed(exchange: "x", routingKey: "k")
        let again = watch.refused(exchange: "x", routingKey: "k", now: 10 + 2 * step)
        let other = watch.refused(exchange: "x", routingKey: "other", now: 10 + 3 * step)
        let stuck = watch.refused(exchange: "x", routingKey: "k", now: 10 + 4 * step)
        #expect([again, other, stuck] == [false, false, true])
    }

    @Test("a queue that is full on every channel is tried more and more rarely, until it takes one") func patience() {
        var watch = RefusalWatch()
        var now: UInt64 = 0
        var waits: [UInt64] = []
        for _ in 0..<8 {
            let start = now
            while !watch.refused(exchange: "x", routingKey: "k", now: now) { now += 50_000_000 }
            waits.append((now - start) / 1_000_000)
            watch = watch.successor()
        }
        #expect(waits == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000])
        watch.confirmed(exchange: "x", routingKey: "k")
        let start = now
        while !watch.refused(exchange: "x", routingKey: "k", now: now) { now += 50_000_000 }
        #expect((now - start) / 1_000_000 == 500)
    }

    @Test("the times of thousands of destinations are not kept") func capacity() {
        var watch = RefusalWatch()
        for number in 0..<5000 { _ = watch.refused(exchange: "x", routingKey: "\(number)", now: 0) }
        let late = watch.refused(exchange: "x", routingKey: "4999", now: .max)
        let early = watch.refused(exchange: "x", routingKey: "0", now: .max)
        #expect(!late)
        #expect(early)
    }
}
