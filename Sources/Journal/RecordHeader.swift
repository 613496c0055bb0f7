/// What stands in clear before a record's ciphertext, 28 bytes: the marker `SBJ1`; the length of ciphertext and tag
/// (4 bytes, big-endian); the id of the key (8 bytes, filled up with zeros); the nonce (12 bytes: 4 zeros and the record's
/// sequence number, big-endian).
struct RecordHeader: Equatable {
    static let size = 28
    static let marker: [UInt8] = Array("SBJ1".utf8)
    static let tagSize = 16
    /// The time stamp before the payload.
    static let stampSize = 8
    /// A length that damage made up must not be believed.
    static let maximumPayload = 4 << 20

    let length: Int
    let keyID: String
    let sequence: UInt64

    init(payload: Int, keyID: String, sequence: UInt64) {
        length = Self.stampSize + payload + Self.tagSize
        self.keyID = keyID
        self.sequence = sequence
    }

    /// Reads what stands at `offset`; nil when it is no header.
    init?(_ bytes: [UInt8], at offset: Int) {
        guard offset >= 0, bytes.count - offset >= Self.size,
            bytes[offset..<offset + 4].elementsEqual(Self.marker)
        else { return nil }
        length = Int(bigEndian(bytes, offset + 4, 4))
        let id = Array(bytes[offset + 8..<offset + 16])
        let letters = Array(id.prefix { $0 != 0 })
        guard isKeyID(letters), id[letters.count...].allSatisfy({ $0 == 0 }),
            bytes[offset + 16..<offset + 20].allSatisfy({ $0 == 0 }),
            (Self.stampSize + Self.tagSize...Self.stampSize + Self.maximumPayload + Self.tagSize).contains(length)
        else { return nil }
        keyID = String(decoding: letters, as: UTF8.self)
        sequence = bigEndian(bytes, offset + 20, 8)
    }

    var bytes: [UInt8] {
        let id = Array(keyID.utf8)
        return Self.marker + bigEndianBytes(UInt64(length), 4) + id + [UInt8](repeating: 0, count: 8 - id.count)
            + nonce
    }

    var nonce: [UInt8] { [0, 0, 0, 0] + bigEndianBytes(sequence, 8) }
}

func bigEndian(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
}

func bigEndianBytes(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}
