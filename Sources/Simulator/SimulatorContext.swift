import Hummingbird
import NIOCore

/// What a request comes with: besides what Hummingbird needs, the connection, which some outcomes cut.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any NIOCore.Channel

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
