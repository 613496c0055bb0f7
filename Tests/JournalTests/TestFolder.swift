import Crypto
import Foundation
import Logging
import Synchronization

@testable import Journal

/// A folder of a test's own, which goes with it.
final class TestFolder: Sendable {
    static let key1 = JournalKeys.Key(id: "k1", secret: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
    static let key2 = JournalKeys.Key(id: "k2", secret: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))

    let root: URL
    let log = CollectedLog()

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: root)
    }

    func path(_ name: String = "spool") -> String { root.appending(path: name).path }

    func open(
        _ name: String = "spool", keys: [JournalKeys.Key] = [key1], options: JournalOptions = JournalOptions(),
        calls: FileCalls = .system
    ) async throws -> Journal {
        try await Journal.open(
            path(name), keys: JournalKeys(keys), options: options, calls: calls, logger: log.logger)
    }

    /// The names of the files with this ending.
    func files(_ name: String = "spool", ending suffix: String = ".journal") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).filter { $0.hasSuffix(suffix) }.sorted()
    }

    /// A copy as a crash at this moment would leave it.
    func copy(_ name: String = "spool", to other: String) throws {
        try FileManager.default.copyItem(atPath: path(name), toPath: path(other))
    }

    /// Changes the content of a file.
    func change(_ name: String = "spool", file: Int = 0, _ change: (inout [UInt8]) -> Void) throws {
        let url = URL(filePath: path(name)).appending(path: try files(name)[file])
        var bytes = [UInt8](try Data(contentsOf: url))
        change(&bytes)
        try Data(bytes).write(to: url)
    }
}

/// The messages that were logged.
final class CollectedLog: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in self } }
    var messages: [String] { lines.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message)") }
    }
}

extension Journal {
    /// Appends a text, and returns when it is on the disk.
    func append(_ text: String, stamp: UInt64 = 0) async throws {
        let result: Result<Void, JournalError> = await withCheckedContinuation { continuation in
            let isTaken = append(
                stamp: stamp, payload: { Array(text.utf8) }, completion: { continuation.resume(returning: $0) })
            if !isTaken { continuation.resume(returning: .failure(JournalError(.closed))) }
        }
        try result.get()
    }

    /// Everything that is there, file by file, and removes it.
    func takeAll() async throws -> [String] {
        var texts: [String] = []
        while true {
            let records = try await oldestRecords()
            guard let last = records.last else { return texts }
            texts += records.map { String(decoding: $0.payload, as: UTF8.self) }
            try await remove(through: last.sequence)
        }
    }
}
