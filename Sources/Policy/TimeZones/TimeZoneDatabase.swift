import FoundationEssentials

/// The time zones of the machine's tzdata, read once into memory, so that a judgement reads no file.
///
/// Foundation's small part knows no zones of its own. Whoever updates tzdata and reads again needs no release.
public struct TimeZoneDatabase: Sendable {
    /// tzdata's version, such as `2025b`; `unknown` where the folder does not tell.
    public let version: String
    /// Files that look like time zone data and cannot be read, with what is wrong.
    public let problems: [String]
    private let offsets: [TimeZoneOffsets]
    private let indexes: [String: Int]

    /// Where tzdata is installed on Linux.
    public static let systemFolder = "/usr/share/zoneinfo"

    /// What the machine has, read at the first use.
    public static let system = TimeZoneDatabase(folder: systemFolder)

    /// Reads a folder; one that is missing has no zone.
    public init(folder: String) {
        var zones: [String: [UInt8]] = [:]
        Self.collect(folder, prefix: "", into: &zones)
        self.init(files: zones, version: Self.version(in: folder))
    }

    /// - Parameter files: the content of each file by the zone's name.
    init(files: [String: [UInt8]], version: String) {
        var offsets: [TimeZoneOffsets] = []
        var indexes: [String: Int] = [:]
        var problems: [String] = []
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            do throws(TimeZoneProblem) {
                let zone = try TimeZoneFile.read(bytes)
                indexes[name] = offsets.count
                offsets.append(zone)
            } catch {
                problems.append("\(name) \(error.problem)")
            }
        }
        self.version = version
        self.problems = problems
        self.offsets = offsets
        self.indexes = indexes
    }

    /// How many names there are.
    public var count: Int { indexes.count }

    /// Whether a name is a zone's.
    public func contains(_ name: String) -> Bool { indexes[name] != nil }

    func index(of name: String) -> Int? { indexes[name] }

    subscript(index: Int) -> TimeZoneOffsets { offsets[index] }

    /// Copies of the zones with other ideas of time (`posix`, `right`) and the machine's own setting.
    private static let skipped: Set = ["posix", "right", "localtime", "posixrules"]

    private static func collect(_ folder: String, prefix: String, into zones: inout [String: [UInt8]]) {
        guard prefix.utf8.count < 100, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return
        }
        for name in names where !skipped.contains(name) {
            let path = "\(folder)/\(name)"
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder {
                collect(path, prefix: "\(prefix)\(name)/", into: &zones)
            } else if let first = name.unicodeScalars.first, first.properties.isUppercase,
                let data = try? Data(contentsOf: URL(filePath: path))
            {
                let bytes = [UInt8](data)
                if TimeZoneFile.isOne(bytes) { zones[prefix + name] = bytes }
            }
        }
    }

    /// From the source that is installed beside the compiled files (`# version 2025b`), or from `+VERSION`.
    private static func version(in folder: String) -> String {
        for (name, prefix) in [("tzdata.zi", "# version "), ("+VERSION", "")] {
            guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)")) else { continue }
            let line = String(decoding: data.prefix(64).prefix { $0 != 0x0A }, as: UTF8.self)
            let word = line.dropFirst(prefix.count)
            if line.hasPrefix(prefix), !word.isEmpty, word.utf8.allSatisfy({ (0x30...0x7A).contains($0) }) {
                return String(word)
            }
        }
        return "unknown"
    }
}
