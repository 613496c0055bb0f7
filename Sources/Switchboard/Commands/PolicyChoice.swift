import ArgumentParser
import Policy

/// The policy by which a command judges.
struct PolicyChoice: ParsableArguments {
    @Option(help: "The policy file; by default the shipped one.") var policy: String?
    @Option(help: "Judge as a system in this mode does: with the overlays that name it. By default with none of them.")
    var mode: Mode?

    enum Mode: String, ExpressibleByArgument, CaseIterable {
        /// Without apps, as one tries it.
        case development
        case staging
        case live
    }

    /// - Throws: exit code 78 after one line, when the file is wrong.
    func engine() throws -> PolicyEngine {
        let overlay: PolicyOverlay =
            switch mode {
            case nil: .none
            case .development: .development
            case .staging, .live: mode.map { .mode($0.rawValue) } ?? .none
            }
        return try PolicyFile.engine(policy, overlay: overlay)
    }
}
