import Journal
import Logging
import Policy

extension Assembly {
    /// The place where the bridge keeps webhooks while the broker is away.
    ///
    /// Nil, said once, where there is none: the bridge works all the same, and asks the provider to come again.
    ///
    /// - Throws: ``StartProblem`` when records stand there that cannot be read.
    func openSpool(_ logger: Logger) async throws -> Journal? {
        var options = JournalOptions()
        options.maximumBytes = settings.spoolMegabytes << 20
        do throws(JournalError) {
            return try await Journal.open(
                settings.spoolPath, keys: try settings.spoolKeys, options: options, logger: logger)
        } catch {
            guard error.meansNoPlace else {
                let setting = error.code == .missingKey ? "SWITCHBOARD_TOKEN_KEYS" : "bridge.spool.path"
                throw StartProblem("\(setting): \(error)", isConfiguration: true)
            }
            logger.warning(
                "The bridge has no place on disk: while the broker is away, it asks the provider to come again",
                metadata: ["setting": "bridge.spool.path", "reason": "\(error)"])
            return nil
        }
    }
}

extension Settings {
    /// What the spool is encrypted with.
    var spoolKeys: JournalKeys {
        get throws(JournalError) {
            try JournalKeys(
                tokenKeys.keys(for: "switchboard.bridge-spool.v1").map { key in
                    JournalKeys.Key(id: key.id, secret: key.secret)
                })
        }
    }
}
