/// What ``TextPatterns`` found in a text.
struct TextFindings {
    /// Bit n: a word of the n-th category.
    private(set) var categories: UInt64 = 0
    /// The overlays of which a brand was found.
    private(set) var brands: [Int] = []
    /// Whether the text says how to opt out.
    private(set) var hasOptOutInstruction = false
    /// The first public shortener that a link goes through.
    private(set) var linkShortener: String?
    /// Whether a word tells of somebody's health.
    private(set) var hasHealthTerm = false
    /// Whether there is any link.
    private(set) var hasLink = false

    init(_ text: String, _ patterns: TextPatterns) {
        let bytes = Self.folded(text)
        bytes.withUnsafeBufferPointer { scan($0, patterns) }
    }

    /// ASCII in lower case with its punctuation, everything else as ``FoldingTable`` folds it.
    private static func folded(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            } else {
                scalars.removeAll(keepingCapacity: true)
                FoldingTable.fold(scalar, into: &scalars)
                for folded in scalars { bytes.append(contentsOf: UTF8.encode(folded) ?? UTF8.EncodedScalar()) }
            }
        }
        return bytes
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    @inline(__always)
    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte >= 0x80
    }

    private mutating func scan(_ bytes: Bytes, _ patterns: TextPatterns) {
        var index = 0
        while index < bytes.count {
            guard Self.isWord(bytes[index]) else {
                if bytes[index] == UInt8(ascii: ":"), index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "/"),
                    bytes[index + 2] == UInt8(ascii: "/")
                {
                    hasLink = true
                }
                index += 1
                continue
            }
            let start = index
            var hash = WordHash()
            while index < bytes.count, Self.isWord(bytes[index]) {
                hash.add(bytes[index])
                index += 1
            }
            if index - start == 3, index < bytes.count, bytes[index] == UInt8(ascii: "."),
                bytes[start..<index].elementsEqual("www".utf8)
            {
                hasLink = true
            }
            guard let candidates = patterns.candidates(hash) else { continue }
            for entry in candidates where Self.matches(entry, bytes, at: start) { note(entry.meaning) }
        }
    }

    private mutating func note(_ meaning: TextPatterns.Meaning) {
        switch meaning {
        case .category(let index): categories |= 1 << UInt64(index)
        case .brand(let index): if !brands.contains(index) { brands.append(index) }
        case .optOutInstruction: hasOptOutInstruction = true
        case .health: hasHealthTerm = true
        case .linkShortener(let host): linkShortener = linkShortener ?? host
        }
    }

    private static func matches(_ entry: TextPatterns.Entry, _ bytes: Bytes, at start: Int) -> Bool {
        var index = start
        for (number, word) in entry.words.enumerated() {
            if number > 0 {
                let separator = index
                while index < bytes.count, !isWord(bytes[index]) { index += 1 }
                guard index > separator else { return false }
                if entry.isHost, index - separator > 1 || bytes[separator] != UInt8(ascii: ".") { return false }
            }
            guard bytes.count - index >= word.count, bytes[index..<index + word.count].elementsEqual(word) else {
                return false
            }
            index += word.count
            if index < bytes.count, isWord(bytes[index]) { return false }
        }
        guard entry.isHost else { return true }
        // A longer name is another host.
        if start > 0, bytes[start - 1] == UInt8(ascii: "-") { return false }
        guard index < bytes.count else { return true }
        if bytes[index] == UInt8(ascii: "-") { return false }
        return !(bytes[index] == UInt8(ascii: ".") && index + 1 < bytes.count && isWord(bytes[index + 1]))
    }
}
