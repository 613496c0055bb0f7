import EventLoop
import FoundationEssentials
import HTTPTransfer
import HTTPTypes
import Hummingbird
import Logging
import Messaging
import Synchronization
import Testing
import Twilio

@testable import Bridge

/// The look-ups against a provider on loopback that misbehaves in every way, over the real client.
@Suite(.timeLimit(.minutes(5))) struct LookUpPeerTests {
    @Test("a provider that fails in every way is asked again until it tells the status") func status() async throws {
        let bench = try quickBench()
        bench.ledger.set(due: (0..<6).map { _ in bench.awaited() })
        let good = messageJSON(
            Bench.message, status: "delivered", created: bench.now.addingTimeInterval(-60), updated: bench.now)
        try await Peer.run([
            .init(.internalServerError, #"{"code": 20500}"#), .init(.ok, "<html>"), .init(.notFound, "<html>"),
            .init(.tooManyRequests, #"{"code": 20429}"#, retryAfter: "0"), .init(.ok, String(good.dropLast(9))),
            .init(.ok, good),
        ]) { peer in
            let statuses = bench.statuses(asking: peer.carrier)
            let task = Task { await statuses.run() }
            await bench.broker.waitForEvents(1)
            task.cancel()
            await task.value
            #expect(bench.broker.events.map(\.id) == ["\(Bench.message)/delivered"])
            #expect(peer.paths.count == 6)
            #expect(
                peer.paths.allSatisfy {
                    $0 == "/2010-04-01/Accounts/\(Bench.account.sid)/Messages/\(Bench.message).json"
                })
            #expect(bench.ledger.looks.map(\.looks) == [1])
            #expect(bench.ledger.putOff.map(\.looks) == [0, 0, 0, 0, 0])
        }
    }

    @Test("the API's own 404, twice, gives a message up") func absent() async throws {
        let bench = try quickBench()
        bench.ledger.set(due: [bench.awaited(), bench.awaited(looks: 1)])
        try await Peer.run([.init(.notFound, #"{"code": 20404, "message": "no", "status": 404}"#)]) { peer in
            let statuses = bench.statuses(asking: peer.carrier)
            let task = Task { await statuses.run() }
            await bench.broker.waitForEvents(1)
            task.cancel()
            await task.value
            #expect(bench.broker.names == ["message.abandoned"])
        }
    }

    @Test("a list that fails, lies and leads astray is asked for again until it tells the STOP") func list()
        async throws
    {
        let bench = try quickBench()
        let stop = messageJSON(
            SpoolBench.sid("a"), status: "received", direction: "inbound", from: Bench.person, to: Bench.sender,
            body: "STOP", created: bench.now.addingTimeInterval(-60))
        try await Peer.run([
            .init(.serviceUnavailable, ""), .init(.ok, #"{"messages": [{}], "next_page_uri": null}"#),
            .init(.ok, #"{"messages": [], "next_page_uri": "https://evil.example/x"}"#),
            .init(.ok, #"{"messages": [], "next_page_uri": "/2010-04-01/next"}"#),
            .init(.ok, #"{"messages": [], "next_page_uri": "/2010-04-01/next"}"#),
            .init(.ok, #"{"messages": [\#(stop)], "next_page_uri": null}"#),
        ]) { peer in
            let inbound = bench.inbound(asking: peer.carrier)
            bench.outages.began(beforeStart: bench.now.addingTimeInterval(-600))
            let task = Task { await inbound.run() }
            await bench.broker.waitForEvents(2)
            task.cancel()
            await task.value
            #expect(bench.broker.names == ["consent.revoked", "inbound.received"])
            #expect(peer.paths.count == 6)
        }
    }

    @Test("pages without an end come to one, and ticks go on") func endless() async throws {
        let bench = try quickBench { $0.maximumPages = 20 }
        let pages = Mutex(0)
        try await Peer.run(
            [],
            otherwise: { _ in
                let number = pages.withLock { pages in
                    pages += 1
                    return pages
                }
                return .init(.ok, #"{"messages": [], "next_page_uri": "/2010-04-01/page\#(number)"}"#)
            }
        ) { peer in
            bench.outages.began(beforeStart: bench.now.addingTimeInterval(-600))
            let inbound = bench.inbound(asking: peer.carrier)
            let task = Task { await inbound.run() }
            await bench.log.wait(for: "The provider's list is longer than is read")
            task.cancel()
            await task.value
            #expect(peer.paths.count == 20)
            #expect(bench.outages.hold(at: bench.now) == .free)
        }
    }

    private func quickBench(_ change: (inout LookUpOptions) -> Void = { _ in }) throws -> LookUpBench {
        try LookUpBench { options in
            options.batch = 1
            options.firstPause = 0.001
            options.longestPause = 0.002
            options.idleInterval = 0.001
            change(&options)
        }
    }
}

/// A web server on loopback that answers from a list, the last answer for ever.
private final class Peer: Sendable {
    struct Answer: Sendable {
        var status: HTTPTypes.HTTPResponse.Status
        var body: String
        var retryAfter: String?

        init(_ status: HTTPTypes.HTTPResponse.Status, _ body: String, retryAfter: String? = nil) {
            self.status = status
            self.body = body
            self.retryAfter = retryAfter
        }
    }

    let carrier: TwilioCarrier
    private let asked: AskedPaths

    /// The paths that were asked for.
    var paths: [String] { asked.paths }

    private init(port: Int, asked: AskedPaths) throws {
        self.asked = asked
        let client = try HTTPClient(loop: EventLoop(name: "peer-test"))
        carrier = TwilioCarrier(
            account: TwilioAccount(
                alias: "default", sid: Bench.account.sid, credentials: .authToken("token-new"),
                authTokens: ["token-new"], baseURL: "http://127.0.0.1:\(port)"), client: client,
            timeout: .seconds(10))
    }

    static func run(
        _ answers: [Answer], otherwise: (@Sendable (String) -> Answer)? = nil, body: (Peer) async throws -> Void
    ) async throws {
        let asked = AskedPaths()
        let router = Router()
        router.get("/**") { request, _ in
            let number = asked.add(request.uri.path)
            let answer = otherwise?(request.uri.path) ?? answers[min(number, answers.count) - 1]
            var headers: HTTPFields = [.contentType: "application/json"]
            if let retryAfter = answer.retryAfter { headers[.retryAfter] = retryAfter }
            return Response(
                status: answer.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: answer.body)))
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "peer") { _ in SwiftLogNoOpLogHandler() })
        let server = Task { try await application.run() }
        let first = try #require(await ports.first { _ in true })
        do {
            try await body(Peer(port: first, asked: asked))
        } catch {
            server.cancel()
            throw error
        }
        server.cancel()
        _ = await server.result
    }
}

/// What a server was asked for.
private final class AskedPaths: Sendable {
    private let state = Mutex<[String]>([])

    var paths: [String] { state.withLock { $0 } }

    func add(_ path: String) -> Int {
        state.withLock { paths in
            paths.append(path)
            return paths.count
        }
    }
}
