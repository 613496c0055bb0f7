/// A pattern of the policy file: characters and classes one after the other, each with how often it stands.
///
/// What may repeat differs from what may follow it, so there is one way to read a text and nothing to try again: from each
/// beginning a match takes at most ``maximumLength`` steps, whatever the pattern and the text.
struct TextPattern: Sendable, Equatable {
    /// The longest match, in characters.
    static let maximumLength = 128

    /// One of some characters, so many times.
    struct Element: Sendable, Equatable {
        var set: ByteSet
        var least = 1
        var most = 1
    }

    let name: String
    let elements: [Element]

    /// Where it matches, without overlaps. A match that begins or ends in a letter or digit is no part of a longer word.
    ///
    /// - Parameter claims: what was found before; nothing of it belongs to a match.
    func matches(in text: PreparedText, besides claims: Claims) -> [Range<Int>] {
        guard let first = elements.first else { return [] }
        var found: [Range<Int>] = []
        var index = 0
        while index < text.count {
            if let length = Placeholder.length(text, at: index) {
                index += length
            } else if first.set.contains(text.bytes[index]) || first.least == 0, let end = end(text, index, claims) {
                found.append(index..<end)
                index = end
            } else {
                index += 1
            }
        }
        return found
    }

    private func end(_ text: PreparedText, _ start: Int, _ claims: Claims) -> Int? {
        guard !text.isWord(start) || text.isBeginning(start),
            !(text.isLetter(start) && text.isLetter(start - 1))
        else { return nil }
        var index = start
        for element in elements {
            var count = 0
            while count < element.most, index < text.count, element.set.contains(text.bytes[index]) {
                count += 1
                index += 1
            }
            guard count >= element.least else { return nil }
        }
        guard index > start, !text.isWord(index - 1) || text.isEnd(index),
            !(text.isLetter(index - 1) && text.isLetter(index)), !claims.overlaps(start..<index)
        else { return nil }
        return index
    }
}

/// Some of the bytes of a prepared text.
struct ByteSet: Sendable, Equatable {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    mutating func insert(_ byte: UInt8) {
        switch byte >> 6 {
        case 0: words.0 |= 1 << UInt64(byte)
        case 1: words.1 |= 1 << UInt64(byte & 63)
        default: words.2 |= 1 << UInt64(byte & 63)
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        switch byte >> 6 {
        case 0: words.0 >> UInt64(byte) & 1 == 1
        case 1: words.1 >> UInt64(byte & 63) & 1 == 1
        default: words.2 >> UInt64(byte & 63) & 1 == 1
        }
    }

    func isDisjoint(with other: ByteSet) -> Bool {
        words.0 & other.words.0 == 0 && words.1 & other.words.1 == 0 && words.2 & other.words.2 == 0
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    static let digit = ByteSet(0x30...0x39)
    static let letter = ByteSet(Array(0x61...0x7A) + [ScalarFolding.letter])
    static let alphanumeric = ByteSet(Array(0x30...0x39) + Array(0x61...0x7A) + [ScalarFolding.letter])
    static let space = ByteSet([0x20, 0x09, 0x0A, 0x0D])
}
