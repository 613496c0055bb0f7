/// A reply as words, folded like keywords, with the places where its sentences begin.
///
/// Apostrophes join what they part ("don't" is one word), an ideograph, kana or hangul syllable is a word by itself, and
/// what a reply quotes of a message is left out: phones send "Liked “…Reply STOP to opt out”" for a thumb.
struct ReplyWords {
    struct Word {
        var text: String
        /// Whether punctuation or the beginning of the reply stands before it.
        var startsSentence: Bool
    }

    private(set) var words: [Word] = []

    init(_ reply: some StringProtocol) {
        var reader = Reader()
        for scalar in reply.unicodeScalars { reader.read(scalar) }
        reader.endWord()
        words = reader.words
    }

    /// Words that were taken over from another reply.
    init(words: [Word]) {
        self.words = words
    }

    /// The words as a text, with a space between those that are written with one.
    func text(_ range: Range<Int>) -> String {
        var text = ""
        for word in words[range] {
            let isWritten = text.unicodeScalars.last.map(isWholeWord) ?? true
            if !isWritten || !(word.text.unicodeScalars.first.map(isWholeWord) ?? true), !text.isEmpty { text += " " }
            text += word.text
        }
        return text
    }

    private struct Reader {
        /// The least number of quoted words that are taken for a message's.
        private static let quotedWords = 4

        var words: [Word] = []
        private var word = String.UnicodeScalarView()
        private var startsSentence = true
        /// How many words stood before an open quotation mark.
        private var quoteStart: Int?
        private var folded: [Unicode.Scalar] = []

        mutating func read(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "'", "\u{2019}", "\u{2018}", "\u{B4}", "`": return
            case "\u{201C}", "\u{AB}", "\u{201E}", "\u{201D}", "\u{BB}", "\"": quote(scalar)
            case ".", "!", "?", ",", ";", ":", "\n", "\r", "\u{2026}", "\u{BF}", "\u{A1}", "\u{3002}", "\u{FF0C}",
                "\u{FF01}", "\u{FF1F}", "\u{3001}", "\u{FF1B}", "\u{61F}", "\u{60C}", "\u{61B}", "\u{964}":
                endWord()
                startsSentence = true
            default: append(scalar)
            }
        }

        private mutating func append(_ scalar: Unicode.Scalar) {
            folded.removeAll(keepingCapacity: true)
            FoldingTable.fold(scalar, into: &folded)
            for scalar in folded {
                if scalar == " " {
                    endWord()
                } else if isWholeWord(scalar) {
                    endWord()
                    word.append(scalar)
                    endWord()
                } else {
                    word.append(scalar)
                }
            }
        }

        mutating func endWord() {
            guard !word.isEmpty else { return }
            words.append(Word(text: String(word), startsSentence: startsSentence))
            word.removeAll(keepingCapacity: true)
            startsSentence = false
        }

        private mutating func quote(_ mark: Unicode.Scalar) {
            endWord()
            guard let start = quoteStart else {
                quoteStart = words.count
                return
            }
            quoteStart = nil
            // A reply that is nothing but a quotation says it.
            guard start > 0, words.count - start >= Self.quotedWords else { return }
            words.removeSubrange(start...)
            startsSentence = true
        }
    }
}

/// Whether the script writes no spaces between words, or the syllable says enough.
private func isWholeWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
    default: false
    }
}
