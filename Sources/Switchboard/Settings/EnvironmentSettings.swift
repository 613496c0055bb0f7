import Configuration
import FoundationEssentials

/// The environment, where each variable may instead name a file that holds its value (`NAME_FILE`).
struct EnvironmentSettings: Sendable {
    private let reader: ConfigReader

    /// - Throws: ``SettingProblem`` when a named file cannot be read, or a variable is given twice.
    init(_ environment: [String: String]) throws(SettingProblem) {
        var variables = environment
        for (name, path) in environment where name.hasSuffix("_FILE") && Self.isOurs(name) {
            let plain = String(name.dropLast("_FILE".count))
            guard environment[plain] == nil else {
                throw SettingProblem(name, "stands beside \(plain); give one of them")
            }
            guard let data = try? Data(contentsOf: URL(filePath: path)), let text = String(data: data, encoding: .utf8)
            else { throw SettingProblem(name, "names a file that cannot be read as text") }
            variables[plain] = String(text.trimmingSuffix { $0.isNewline })
        }
        reader = ConfigReader(
            provider: EnvironmentVariablesProvider(
                environmentVariables: variables,
                secretsSpecifier: .dynamic { name, _ in
                    name.contains("TOKEN") || name.contains("SECRET") || name.contains("KEY") || name.contains("_URL")
                }))
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("SWITCHBOARD_") || name.hasPrefix("TWILIO_")
    }

    /// The value; nil where the variable is missing or empty.
    func text(_ name: String) -> String? {
        // The provider's key for a variable: lower-case words, joined by dots.
        let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
        guard let text = reader.string(forKey: key, isSecret: true), !text.isEmpty else { return nil }
        return text
    }

    func seconds(_ name: String, default fallback: Double) throws(SettingProblem) -> Double {
        guard let text = text(name) else { return fallback }
        guard let seconds = Double(text), seconds >= 1, seconds <= 31_536_000 else {
            throw SettingProblem(name, "is \"\(text.prefix(40))\"; a number of seconds from 1 to 31536000 is allowed")
        }
        return seconds
    }

    func listen(_ name: String, default fallback: String) throws(SettingProblem) -> ListenAddress {
        let text = text(name) ?? fallback
        guard let address = ListenAddress(text) else {
            throw SettingProblem(name, "is \"\(text.prefix(80))\"; host:port is allowed, such as \(fallback)")
        }
        return address
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(where condition: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, condition(self[index(before: end)]) { end = index(before: end) }
        return self[startIndex..<end]
    }
}

/// Where a server listens.
struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    var host: String
    var port: Int

    /// Reads `host:port`; an IPv6 host stands in brackets.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains(" ") else { return nil }
        self.host = host
        self.port = port
    }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
