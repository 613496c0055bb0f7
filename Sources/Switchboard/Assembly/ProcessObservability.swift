import Logging
import ServiceLifecycle

struct ProcessObservability {
    static func bootstrap() -> ProcessObservability { ProcessObservability() }
}
extension Assembly {
    func adminServer(_ logger: Logger) throws -> NoService { NoService() }
}
struct NoService: Service { func run() async throws { try await gracefulShutdown() } }
