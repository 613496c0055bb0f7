public import FoundationEssentials
import Messaging

/// A source of the data beside a policy file, with its version.
public struct PolicyDataSource: Sendable, CustomStringConvertible {
    /// `tzdata`, `libphonenumber` or `area-codes`.
    public let name: String
    /// As the source counts.
    public let version: String
    /// In days, where the version is a date.
    public let age: Int?

    /// `area-codes 2025-11-26, 361 days old`.
    public var description: String { "\(name) \(version)" + (age.map { ", \($0) days old" } ?? "") }

    /// All sources.
    public static func all(_ zones: TimeZoneDatabase = .system, now: Date) -> [PolicyDataSource] {
        let shipped = RecipientZones.shipped.versions.sorted { $0.key < $1.key }.map { name, version in
            let age = parseRFC3339("\(version)T00:00:00Z").map { Int(now.timeIntervalSince($0) / 86_400) }
            return PolicyDataSource(name: name, version: version, age: age)
        }
        return shipped + [
            PolicyDataSource(name: "tzdata", version: "\(zones.version) with \(zones.count) names", age: nil)
        ]
    }

    /// Names of zones that numbers may be in and the database lacks; nil when there is none.
    public static func missingZones(in zones: TimeZoneDatabase) -> String? {
        let missing = Set(RecipientZones.shipped.areas.flatMap(\.zones)).filter { !zones.contains($0) }.sorted()
        guard let first = missing.first else { return nil }
        return missing.count == 1 ? first : "\(first) and \(missing.count - 1) more zones"
    }
}
