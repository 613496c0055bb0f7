import FoundationEssentials
import Yams

/// The YAML file that SWITCHBOARD_CONFIG names (`Topology/schemas/config.json`). A key that is not known is refused.
struct ConfigurationFile: Sendable, Equatable {
    /// A provider account; secrets stand in the variables that it names.
    struct Account: Sendable, Equatable {
        var accountSidVariable: String?
        var authTokenVariable: String?
        var apiKeySidVariable: String?
        var apiKeySecretVariable: String?
        var baseURL: String?
        var senders: [String: String]?
        var defaultSender: String?
    }

    /// What an app may do.
    struct App: Sendable, Equatable {
        var classes: [String]?
        var purposes: [String]?
        var accounts: [String]?
        var senders: [String]?
        var redactedPurposes: [String]?
        var trusted: Bool?
        var defaultAccount: String?
        var defaultSender: String?
    }

    /// How a worker works.
    struct Worker: Sendable, Equatable {
        var slots: Int?
        var reservedSlots: Int?
        var promotionalFloor: Int?
        var resendAbsent: Bool?
        var drainSeconds: Int?
        var maximumAttempts: Int?
        var maximumAgeHours: Int?
        var deliveryLimit: Int?
    }

    /// How the provider is reached.
    struct HTTP: Sendable, Equatable {
        var proxy: String?
        var caFile: String?
        var timeoutSeconds: Int?
    }

    /// What is published.
    struct Events: Sendable, Equatable {
        var clear: Bool?
    }

    /// How webhooks are taken.
    struct Bridge: Sendable, Equatable {
        /// Where they are kept while the broker is away.
        struct Spool: Sendable, Equatable {
            var path: String?
            var megabytes: Int?
        }

        var spool: Spool?
    }

    /// How the ledger commits and how long it remembers.
    struct Ledger: Sendable, Equatable {
        /// How calls share commits.
        struct Commit: Sendable, Equatable {
            var calls: Int?
            var milliseconds: Int?
        }

        /// How long it remembers, in days.
        struct Retention: Sendable, Equatable {
            var messageDays: Int?
            var unfinishedDays: Int?
            var conversationDays: Int?
            var evidenceDays: Int?
        }

        var commit: Commit?
        var retention: Retention?
    }

    /// What stands in for the provider.
    struct Simulator: Sendable, Equatable {
        var messages: Int?
    }

    var accounts: [String: Account]?
    var apps: [String: App]?
    var templates: [String: [String: String]]?
    var worker: Worker?
    var http: HTTP?
    var events: Events?
    var bridge: Bridge?
    var ledger: Ledger?
    var simulator: Simulator?
    /// The path of a policy file (`Topology/schemas/policy.json`); nil for the shipped policy.
    var policy: String?

    /// Reads the file; an empty configuration without a path.
    ///
    /// - Throws: ``SettingProblem`` that names the key.
    static func read(path: String?) throws(SettingProblem) -> ConfigurationFile {
        guard let path else { return ConfigurationFile() }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw SettingProblem("SWITCHBOARD_CONFIG", "names \(path), which cannot be read")
        }
        return try parse(String(decoding: data, as: UTF8.self))
    }

    /// Reads YAML.
    static func parse(_ yaml: String) throws(SettingProblem) -> ConfigurationFile {
        do {
            // A file of comments alone holds no document.
            guard try Yams.compose(yaml: yaml) != nil else { return ConfigurationFile() }
            return try YAMLDecoder().decode(ConfigurationFile.self, from: yaml)
        } catch let problem as SettingProblem {
            throw problem
        } catch let error as DecodingError {
            // The decoder wraps what a type's own reading throws.
            if let problem = context(of: error)?.underlyingError as? SettingProblem { throw problem }
            throw SettingProblem(path(of: error), "has a value of the wrong kind, or is missing")
        } catch let error as YamlError {
            throw SettingProblem("SWITCHBOARD_CONFIG", "is not YAML: \(firstLine("\(error)"))")
        } catch {
            throw SettingProblem("SWITCHBOARD_CONFIG", "cannot be read")
        }
    }

    private static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }

    private static func context(of error: DecodingError) -> DecodingError.Context? {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }

    private static func path(of error: DecodingError) -> String {
        let path = context(of: error)?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
        return path.isEmpty ? "SWITCHBOARD_CONFIG" : path
    }
}
