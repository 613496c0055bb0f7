import EventLoop
import FoundationEssentials
import HTTPTransfer

/// What a running process says at `/health/ready`.
struct ServiceReadiness: Decodable {
    struct Check: Decodable {
        var name: String
        var ready: Bool
        var reason: String?
    }

    var checks: [Check]

    /// nil when nothing that answers so listens there.
    static func fetch(from address: ListenAddress) async -> ServiceReadiness? {
        var options = HTTPTransferOptions()
        options.timeout = .seconds(5)
        guard let loop = try? EventLoop(name: "doctor"), let client = try? HTTPClient(loop: loop, options: options)
        else { return nil }
        let request = HTTPRequest(method: .get, url: "http://\(address)/health/ready")
        let response = try? await client.send(request)
        await client.shutdown()
        // Not ready is 503, with the same body.
        return response.flatMap { try? JSONDecoder().decode(ServiceReadiness.self, from: Data($0.body)) }
    }
}
