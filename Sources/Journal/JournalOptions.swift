/// How much a journal may hold, and in what pieces.
public struct JournalOptions: Sendable {
    /// The files together are never larger than so many bytes.
    public var maximumBytes = 256 << 20
    /// A file that has reached so many bytes is followed by another; nil derives it from ``maximumBytes``. Space comes
    /// back file by file.
    public var segmentBytes: Int?

    /// The defaults.
    public init() {}

    var segmentLimit: Int { segmentBytes ?? min(1 << 20, max(1 << 16, maximumBytes / 8)) }
}

/// What a journal holds at one moment.
public struct JournalStatus: Sendable, Equatable {
    /// Records that were not removed yet.
    public var records = 0
    /// The size of its files.
    public var bytes = 0
    /// The smallest stamp of those records.
    public var oldestStamp: UInt64?

    /// Nothing.
    public init() {}
}

/// A record as it was appended.
public struct JournalRecord: Sendable, Equatable {
    /// Counts up over the journal's whole life, with gaps.
    public let sequence: UInt64
    /// What the writer gave as its time.
    public let stamp: UInt64
    /// What the writer gave.
    public let payload: [UInt8]
}
