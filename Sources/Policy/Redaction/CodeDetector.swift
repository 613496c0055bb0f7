extension ScannedText {
    /// Marks one-time codes: four to eight digits near a word for a code.
    mutating func markCodes() {
        let words = codeWords()
        guard !words.isEmpty else { return }
        var nearest = 0
        var index = 0
        while index < count {
            guard isDigit(index) else {
                index += 1
                continue
            }
            let (end, digits) = digitRun(from: index, gap: 1)
            while nearest < words.count, words[nearest].upperBound + Self.reach < index { nearest += 1 }
            if (4...8).contains(digits), nearest < words.count, words[nearest].lowerBound <= end + Self.reach {
                mark(index..<end, as: .code)
            }
            index = end
        }
    }

    /// How far from the word a code may stand, in scalars.
    private static let reach = 48
    private static let words: Set<String> = [
        "otp", "pin", "tan", "verification", "verify", "verificacion", "codigo", "codice", "kod", "kode", "koda",
        "codes",
    ]
    /// Before "code" these make it the name of an error, not of a secret.
    private static let errors: Set<String> = ["error", "status", "exit", "reply", "response", "http", "result"]

    /// Where a word for a code stands, by position.
    private func codeWords() -> [Range<Int>] {
        var found: [Range<Int>] = []
        var previous = 0..<0
        var index = 0
        while index < count {
            guard isLetter(index) else {
                index += 1
                continue
            }
            let start = index
            while isLetter(index) || self[index] == Self.transparent { index += 1 }
            let isPlaceholder = self[start - 1] == UInt8(ascii: "<") && self[index] == UInt8(ascii: ">")
            if !isPlaceholder, isCodeWord(start..<index), !Self.errors.contains(letters(previous)) {
                found.append(start..<index)
            }
            previous = start..<index
        }
        return found
    }

    /// Most words are told by their first letter and their length, without making a text of them.
    private func isCodeWord(_ range: Range<Int>) -> Bool {
        // Longer words than "verifizierungscode" are no words.
        guard (3...32).contains(range.count) else { return false }
        switch folded[range.lowerBound] {
        case UInt8(ascii: "c"), UInt8(ascii: "k"), UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "t"),
            UInt8(ascii: "v"):
            let word = letters(range)
            return Self.words.contains(word) || word.hasSuffix("code")
        default:
            return self[range.upperBound - 1] == UInt8(ascii: "e") && letters(range).hasSuffix("code")
        }
    }

    private func letters(_ range: Range<Int>) -> String {
        guard range.count <= 32 else { return "" }
        return String(decoding: folded[range].filter { $0 != Self.transparent }, as: UTF8.self)
    }
}
