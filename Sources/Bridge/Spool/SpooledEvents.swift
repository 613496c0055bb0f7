public import Journal
public import Messaging

/// Events that wait on a bridge's disk for the broker.
public struct SpooledEvents: Sendable {
    /// In the order in which they came.
    public var events: [WrittenEvent]
    /// Whether all that stands there could be read.
    public var isWhole: Bool

    /// Reads the spool of a bridge, which may be at work.
    ///
    /// Nil where its folder is not there.
    ///
    /// - Parameter path: its folder.
    /// - Throws: ``JournalError`` when it cannot be read.
    public init?(at path: String, keys: JournalKeys) throws(JournalError) {
        guard let (records, isWhole) = try Journal.records(in: path, keys: keys) else { return nil }
        events = []
        self.isWhole = isWhole
        for record in records {
            if let webhook = SpooledWebhook(record.payload) {
                events += webhook.events
            } else {
                self.isWhole = false
            }
        }
    }
}
