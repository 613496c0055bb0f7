/// One reply as the phrases see it: its words without courtesy, by their numbers.
struct PhraseReading {
    private let phrases: OptOutPhrases
    private let near: NearMisses
    private(set) var reply: ReplyWords
    private var numbers: [Int] = []
    private let stop: Int

    init(_ reply: String, _ phrases: OptOutPhrases, _ near: NearMisses) {
        self.phrases = phrases
        self.near = near
        stop = phrases.number(of: "stop")
        self.reply = ReplyWords(reply)
        leaveOutCourtesy()
        mendSlips()
    }

    /// A reply of nothing but courtesy keeps it: "stp" is French for please, and misspelt STOP.
    private mutating func leaveOutCourtesy() {
        let numbers = reply.words.map { phrases.number(of: $0.text) }
        var kept: [ReplyWords.Word] = []
        var startsSentence = false
        var place = 0
        while place < numbers.count {
            var next = place
            phrases.courtesy.search(from: place, { Self.word(numbers, $0) }) { _, end in next = max(next, end) }
            startsSentence = startsSentence || reply.words[place].startsSentence
            if next == place {
                var word = reply.words[place]
                word.startsSentence = startsSentence
                startsSentence = false
                kept.append(word)
                next += 1
            } else {
                for word in reply.words[place..<next] where word.startsSentence { startsSentence = true }
            }
            place = next
        }
        if !kept.isEmpty { reply = ReplyWords(words: kept) }
    }

    /// Within phrases only what can hardly mean anything else is mended.
    private mutating func mendSlips() {
        let words = reply.words.map { word in
            guard phrases.number(of: word.text) == -1, let keyword = near.keyword(near: word.text),
                keyword == "stop" || keyword == "unsubscribe"
            else { return word }
            return ReplyWords.Word(text: keyword, startsSentence: word.startsSentence)
        }
        reply = ReplyWords(words: words)
        numbers = words.map { phrases.number(of: $0.text) }
    }

    /// The first phrase, the longest of those that begin there; one about everything before others.
    func phrase() -> (isEverything: Bool, text: String)? {
        let symbols = symbols()
        var found: (isEverything: Bool, range: Range<Int>)?
        for place in numbers.indices {
            var here: (isEverything: Bool, end: Int)?
            phrases.phrases.search(from: place, { symbols.indices.contains($0) ? symbols[$0] : [] }) { phrase, end in
                if phrase.startsSentence, !reply.words[place].startsSentence { return }
                if phrase.endsSentence, !endsSentence(end) { return }
                if let here, here.isEverything != phrase.isEverything ? here.isEverything : here.end >= end { return }
                here = (phrase.isEverything, end)
            }
            guard let here, found == nil || here.isEverything, !isTurned(place) else { continue }
            found = (here.isEverything, place..<here.end)
            if here.isEverything { break }
        }
        return found.map { ($0.isEverything, reply.text($0.range)) }
    }

    /// Whether the reply begins with STOP, and goes on about nothing that could be stopped at or by: "stop who is this".
    var beginsWithStop: Bool {
        guard numbers.count > 1, stop != -1, numbers[0] == stop, !reply.words[1].startsSentence else { return false }
        let next = reply.words[1].text
        return !phrases.otherNext.contains(numbers[1]) && !next.hasSuffix("ing")
            && !(next.utf8.first.map { (0x30...0x39).contains($0) } ?? true)
    }

    /// The sentences, each as its words.
    func sentences() -> [Range<Int>] {
        var sentences: [Range<Int>] = []
        var start = 0
        for place in numbers.indices where place > 0 && reply.words[place].startsSentence {
            sentences.append(start..<place)
            start = place
        }
        if start < numbers.count { sentences.append(start..<numbers.count) }
        return sentences
    }

    /// The words of a range, each once where it is repeated.
    func keywordText(_ range: Range<Int>) -> String? {
        var words: [String] = []
        for word in reply.words[range] where word.text != words.last {
            guard words.count < 4 else { return nil }
            words.append(word.text)
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    var all: Range<Int> { numbers.indices }

    private func endsSentence(_ end: Int) -> Bool { end >= numbers.count || reply.words[end].startsSentence }

    /// Words, and the classes that they are in.
    private func symbols() -> [[(symbol: Int, next: Int)]] {
        numbers.indices.map { place in
            var symbols = Self.word(numbers, place)
            phrases.members.search(from: place, { Self.word(numbers, $0) }) { symbols.append((symbol: $0, next: $1)) }
            return symbols
        }
    }

    /// Whether what stands before the place in its sentence makes the opposite of it.
    private func isTurned(_ place: Int) -> Bool {
        var longest = (turned: 0, meant: 0)
        // Backwards: places are counted from the one before.
        let words = { (back: Int) -> [(symbol: Int, next: Int)] in
            let index = place - 1 - back
            guard index >= 0, !reply.words[index + 1].startsSentence else { return [] }
            return [(numbers[index], back + 1)]
        }
        phrases.before.search(from: 0, words) { isMeant, length in
            if isMeant {
                longest.meant = max(longest.meant, length)
            } else {
                longest.turned = max(longest.turned, length)
            }
        }
        return longest.turned > longest.meant
    }

    private static func word(_ numbers: [Int], _ place: Int) -> [(symbol: Int, next: Int)] {
        numbers.indices.contains(place) ? [(numbers[place], place + 1)] : []
    }
}
