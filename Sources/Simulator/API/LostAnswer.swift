import Glibc
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Ways not to answer a request that was read.
enum LostAnswer {
    /// How long a silent connection is held, for callers without a timeout of their own.
    static let limit: Duration = .seconds(120)

    /// Says nothing until the caller goes, the simulator stops or the limit is reached; then closes.
    static func silence(
        _ request: Request, _ context: SimulatorContext, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async {
        _ = try? await request.body.consumeWithCancellationOnInboundClose { _ in
            await cancelWhenGracefulShutdown { try? await sleep(limit) }
        }
        try? await context.channel.close().get()
    }

    /// Cuts the connection with a TCP reset: closing with a linger time of zero discards what is unsent.
    static func reset(_ context: SimulatorContext) async {
        if let options = context.channel as? any SocketOptionProvider {
            try? await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await context.channel.close().get()
    }
}
