/// The words, phrases and host names that the rules on content look for, found in one pass over a text.
///
/// A phrase counts between any spaces and punctuation, a host name with its dots alone. Case, accents, the width of letters
/// and invisible characters make no difference.
struct TextPatterns: Sendable {
    /// What a pattern means.
    enum Meaning: Sendable, Equatable {
        case category(Int)
        case linkShortener(String)
        case optOutInstruction
        case brand(Int)
        case health
    }

    /// How many categories can be told apart.
    static let maximumCategories = 64

    struct Entry: Sendable {
        /// The first word and those after it.
        let words: [[UInt8]]
        let isHost: Bool
        let meaning: Meaning
    }

    /// By the hash of the first word.
    private var entries: [UInt64: [Entry]] = [:]
    /// Whether an entry's first word has a hash with these lowest bits; most words of a text have not.
    private var hashes = [Bool](repeating: false, count: 4096)

    init() {}

    /// Adds a word or a phrase.
    mutating func add(phrase: String, _ meaning: Meaning) {
        add(FoldedText(phrase).text.split(separator: " ").map { Array($0.utf8) }, isHost: false, meaning)
    }

    /// Adds a host name such as `bit.ly`; below it all of its subdomains count.
    mutating func add(host: String) {
        let words = host.lowercased().split(separator: ".").map { Array($0.utf8) }
        add(words, isHost: true, .linkShortener(host.lowercased()))
    }

    private mutating func add(_ words: [[UInt8]], isHost: Bool, _ meaning: Meaning) {
        guard let first = words.first else { return }
        var hash = WordHash()
        for byte in first { hash.add(byte) }
        entries[hash.value, default: []].append(Entry(words: words, isHost: isHost, meaning: meaning))
        hashes[hash.lowBits] = true
    }

    /// The entries that may begin with a word of this hash.
    @inline(__always)
    func candidates(_ hash: WordHash) -> [Entry]? {
        hashes[hash.lowBits] ? entries[hash.value] : nil
    }
}

/// FNV-1a, which needs no more than the bytes of a word; a match is checked letter by letter.
struct WordHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    var lowBits: Int { Int(truncatingIfNeeded: value & 4095) }
}
