import Messaging

/// What one webhook made, as it stands in the spool: its events, written for both audiences.
struct SpooledWebhook: Equatable {
    private static let version: UInt8 = 1

    var events: [WrittenEvent]

    init(_ events: [Event]) {
        self.events = events.map(\.written)
    }

    /// Reads ``bytes``; nil for what another version wrote.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.version, let count = reader.number() else { return nil }
        events = []
        for _ in 0..<count {
            guard let event = WrittenEvent(&reader) else { return nil }
            events.append(event)
        }
        guard reader.isAtEnd else { return nil }
    }

    /// A version, the number of events, and for each its fields, each with its length in front (32 bits, big-endian).
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(Self.version)
        writer.number(events.count)
        for event in events { event.write(to: &writer) }
        return writer.bytes
    }
}

extension WrittenEvent {
    fileprivate init?(_ reader: inout ByteReader) {
        guard let id = reader.text(), let type = reader.text(), let routingKey = reader.text(),
            let timestamp = reader.text().flatMap({ UInt64($0) }), let traceparent = reader.text(),
            let redacted = reader.field(), let clear = reader.field()
        else { return nil }
        self.init(
            id: id, type: type, routingKey: routingKey, timestamp: timestamp,
            traceparent: traceparent.isEmpty ? nil : traceparent, texts: EventTexts(redacted: redacted, clear: clear))
    }

    fileprivate func write(to writer: inout ByteWriter) {
        for text in [id, type, routingKey, String(timestamp), traceparent ?? ""] { writer.field(Array(text.utf8)) }
        writer.field(texts.redacted)
        writer.field(texts.clear)
    }
}

/// Writes fields one after the other.
private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func number(_ number: Int) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func field(_ field: [UInt8]) {
        number(field.count)
        bytes += field
    }
}

/// Reads fields one after the other, never beyond the end.
private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() -> Int? {
        guard bytes.count - position >= 4 else { return nil }
        defer { position += 4 }
        return bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func field() -> [UInt8]? {
        guard let count = number(), bytes.count - position >= count else { return nil }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func text() -> String? { field().flatMap { String(validating: $0, as: UTF8.self) } }
}
