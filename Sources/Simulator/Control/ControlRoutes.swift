import FoundationEssentials
import HTTPTypes
import Hummingbird
import Messaging
import NIOCore
import Twilio

/// `/simulator/…`: what tests program and read.
struct ControlRoutes: Sendable {
    /// The largest request that is read, in bytes.
    static let maximumBytes = 16 * 1024

    let host: String
    let exchange: Exchange
    let dispatcher: CallbackDispatcher
    let latency: LatencySetting

    func add(to router: Router<SimulatorContext>) {
        let control = router.group("simulator").addMiddleware { SameOriginOnly(host: host) }
        control.get("messages") { request, _ in try await messages(request) }
        control.delete("messages") { _, _ in
            await exchange.wipe()
            return Response(status: .noContent)
        }
        control.get("outcomes") { _, _ in await outcomes() }
        control.post("outcomes") { request, _ in try await program(request) }
        control.delete("outcomes") { _, _ in
            await exchange.forgetOutcomes()
            return Response(status: .noContent)
        }
        control.post("latency") { request, _ in try await setLatency(request) }
        control.post("callback-delays") { request, _ in try await setDelays(request) }
    }

    private func messages(_ request: Request) async throws -> Response {
        let query = (try? FormFields(query: request.uri.query ?? "")) ?? FormFields([])
        return Response(.ok, json: await exchange.record(person: query["number"]))
    }

    private func outcomes() async -> Response {
        let programmed = await exchange.outcomes.programmed
        var json = JSONText(reservingCapacity: 4096)
        json.object { json in
            json.array("names") { json in for outcome in Outcome.allCases { json.value(nil, outcome.rawValue) } }
            json.array("numbers") { json in
                for scripted in ScriptedNumber.all {
                    json.object { json in
                        json.value("number", scripted.number)
                        json.value("outcome", scripted.outcome.rawValue)
                        json.value("summary", scripted.summary)
                    }
                }
            }
            json.pairs("programmed", programmed.mapValues(\.rawValue))
        }
        return Response(.ok, json: json.bytes)
    }

    private struct Programming: Decodable {
        let number: String
        let outcome: String
    }

    private func program(_ request: Request) async throws -> Response {
        let programming = try await read(Programming.self, request, shape: #"{"number": "+1…", "outcome": "…"}"#)
        guard let address = try? Address(programming.number), MessageRequest.isReachable(address) else {
            throw HTTPError(.badRequest, message: "number is not one in E.164")
        }
        guard let outcome = Outcome(rawValue: programming.outcome) else {
            let names = Outcome.allCases.map(\.rawValue).joined(separator: " ")
            throw HTTPError(.badRequest, message: "outcome is none of \(names)")
        }
        guard await exchange.program(outcome, for: programming.number) else {
            throw HTTPError(.badRequest, message: "number is one too many: \(OutcomeBook.limit) are programmed already")
        }
        return Response(status: .noContent)
    }

    private struct Latency: Decodable {
        let minimum: Double
        let maximum: Double?
    }

    /// In milliseconds; without a maximum, the same for every request.
    private func setLatency(_ request: Request) async throws -> Response {
        let wanted = try await read(Latency.self, request, shape: #"{"minimum": 60, "maximum": 100}"#)
        let lower = try duration(wanted.minimum, field: "minimum")
        let upper = try duration(wanted.maximum ?? wanted.minimum, field: "maximum")
        guard lower <= upper else { throw HTTPError(.badRequest, message: "maximum is below minimum") }
        latency.set(lower...upper)
        return Response(status: .noContent)
    }

    private struct Delays: Decodable {
        let queued: Double?
        let sent: Double?
        let final: Double?
        let read: Double?
        let jitter: Double?
    }

    /// In milliseconds, the jitter as a part; what is missing gets its default.
    private func setDelays(_ request: Request) async throws -> Response {
        let wanted = try await read(Delays.self, request, shape: #"{"queued": 50, "sent": 200, "final": 500}"#)
        var delays = Simulator.CallbackDelays()
        delays.queued = try wanted.queued.map { try duration($0, field: "queued") } ?? delays.queued
        delays.sent = try wanted.sent.map { try duration($0, field: "sent") } ?? delays.sent
        delays.final = try wanted.final.map { try duration($0, field: "final") } ?? delays.final
        delays.read = try wanted.read.map { try duration($0, field: "read") } ?? delays.read
        delays.jitter = wanted.jitter ?? delays.jitter
        guard (0...1).contains(delays.jitter) else { throw HTTPError(.badRequest, message: "jitter is not 0 to 1") }
        dispatcher.setDelays(delays)
        return Response(status: .noContent)
    }

    private func duration(_ milliseconds: Double, field: String) throws -> Duration {
        guard (0...60_000).contains(milliseconds) else {
            throw HTTPError(.badRequest, message: "\(field) is not 0 to 60000 milliseconds")
        }
        return .milliseconds(milliseconds)
    }

    private func read<Value: Decodable>(
        _ type: Value.Type, _ request: Request, shape: String
    ) async throws -> Value {
        var request = request
        let body: ByteBuffer
        do {
            body = try await request.collectBody(upTo: Self.maximumBytes)
        } catch {
            throw HTTPError(.contentTooLarge, message: "the request has more than \(Self.maximumBytes) bytes")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, message: "the request is not JSON such as \(shape)")
        }
    }
}
