import Crypto
import FoundationEssentials

/// Encrypts and opens the records of one file (AES-256-GCM, NIST SP 800-38D).
///
/// Each file has keys of its own: HKDF-SHA256 (RFC 5869) of the journal's keys, salted with the file's id. What is
/// authenticated beside the content is the record's header and the file's name, so no record can stand in another place.
struct RecordCipher {
    /// Why a record does not open.
    enum Failure: Error, Equatable {
        case missingKey(String)
        case damaged
    }

    let segment: SegmentName
    private let newest: String
    private let keys: [String: SymmetricKey]
    private let place: [UInt8]

    init(segment: SegmentName, keys: JournalKeys) {
        self.segment = segment
        newest = keys.keys.first?.id ?? ""
        self.keys = Dictionary(
            keys.keys.map { key in
                let derived = HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: key.secret, salt: segment.id, info: Array("switchboard.journal.v1".utf8),
                    outputByteCount: 32)
                return (key.id, derived)
            }, uniquingKeysWith: { first, _ in first })
        place = segment.id + bigEndianBytes(segment.first, 8)
    }

    static func sealedSize(payload: Int) -> Int {
        RecordHeader.size + RecordHeader.stampSize + payload + RecordHeader.tagSize
    }

    /// The record as it stands in the file. A sequence number may be used once.
    func seal(sequence: UInt64, stamp: UInt64, payload: [UInt8]) throws(JournalError) -> [UInt8] {
        guard payload.count <= RecordHeader.maximumPayload else { throw JournalError(.tooLarge) }
        guard let key = keys[newest] else { throw JournalError(.invalidKeys) }
        let header = RecordHeader(payload: payload.count, keyID: newest, sequence: sequence)
        do {
            let box = try AES.GCM.seal(
                bigEndianBytes(stamp, 8) + payload, using: key, nonce: AES.GCM.Nonce(data: header.nonce),
                authenticating: header.bytes + place)
            return header.bytes + box.ciphertext + box.tag
        } catch {
            // Only sizes can be wrong, and they are not.
            throw JournalError(.invalidKeys)
        }
    }

    /// Opens the record whose header stands at `offset` and whose bytes are all there.
    func open(_ header: RecordHeader, _ bytes: [UInt8], at offset: Int) throws(Failure) -> JournalRecord {
        guard let key = keys[header.keyID] else { throw .missingKey(header.keyID) }
        let start = offset + RecordHeader.size
        let end = start + header.length
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: header.nonce), ciphertext: bytes[start..<end - RecordHeader.tagSize],
                tag: bytes[end - RecordHeader.tagSize..<end])
            let content = [UInt8](try AES.GCM.open(box, using: key, authenticating: header.bytes + place))
            return JournalRecord(
                sequence: header.sequence, stamp: bigEndian(content, 0, 8),
                payload: Array(content[RecordHeader.stampSize...]))
        } catch {
            throw .damaged
        }
    }
}
