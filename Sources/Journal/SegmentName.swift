/// Which file of the journal: `<first sequence>-<id>.journal`, both in hexadecimal.
///
/// The id is drawn anew for each file, also after a restart. It is part of the file's key, so a nonce, which is the
/// record's sequence number, never comes twice under one key; and it stands in the name, where no damage of the content
/// reaches it.
struct SegmentName: Hashable, CustomStringConvertible {
    static let suffix = ".journal"
    /// What replaces the suffix of a file that was set aside.
    static let asideSuffix = ".damaged"

    let first: UInt64
    /// 16 bytes.
    let id: [UInt8]

    /// A name that was never used.
    init(first: UInt64) {
        self.first = first
        var generator = SystemRandomNumberGenerator()
        id = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Reads a file's name; nil for a file of somebody else.
    init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 16, parts[1].utf8.count == 32,
            let first = UInt64(parts[0], radix: 16), first <= .max / 2
        else { return nil }
        let digits = Array(parts[1].utf8)
        var id: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            id.append(byte)
        }
        self.first = first
        self.id = id
        // One spelling alone, so that a name leads back to its file.
        guard description == text else { return nil }
    }

    var description: String { stem + Self.suffix }
    var aside: String { stem + Self.asideSuffix }

    private var stem: String {
        let number = String(first, radix: 16)
        let id = id.map { (($0 < 16) ? "0" : "") + String($0, radix: 16) }.joined()
        return String(repeating: "0", count: 16 - number.count) + number + "-" + id
    }
}
