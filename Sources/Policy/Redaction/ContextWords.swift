/// Words that say what digits are, and how many other words stand between them and the digits.
///
/// Words are counted and not characters, so that a placeholder, which counts as none, changes no distance.
struct ContextWords {
    enum Topic {
        case card, socialSecurity, phone, code
    }

    /// For each group of digits and topic: words back to the nearest, and on to it; the nearest word is 1 away.
    private var before: [Distances]
    private var after: [Distances]
    private let claimed: [Bool]
    /// Whether there is any word of a topic.
    let hasWords: Bool

    private struct Distances {
        /// `Int32.max` where there is none.
        private var words: (Int32, Int32, Int32, Int32) = (.max, .max, .max, .max)

        /// The distances of the words that have these numbers.
        func mapped(_ distance: (Int32) -> Int32) -> Distances {
            var mapped = self
            mapped.words = (
                words.0 == .max ? .max : distance(words.0), words.1 == .max ? .max : distance(words.1),
                words.2 == .max ? .max : distance(words.2), words.3 == .max ? .max : distance(words.3)
            )
            return mapped
        }

        subscript(topic: Topic) -> Int32 {
            get {
                switch topic {
                case .card: words.0
                case .socialSecurity: words.1
                case .phone: words.2
                case .code: words.3
                }
            }
            set {
                switch topic {
                case .card: words.0 = newValue
                case .socialSecurity: words.1 = newValue
                case .phone: words.2 = newValue
                case .code: words.3 = newValue
                }
            }
        }
    }

    /// - Parameter claims: what was found before: its words say nothing and are not counted.
    init(_ text: PreparedText, _ groups: [DigitGroup], _ claims: Claims) {
        claimed = groups.map { claims.overlaps($0.start..<$0.end) }
        before = []
        before.reserveCapacity(groups.count)
        var words = WordScan(text, claims)
        /// By topic the word's number; and for each group how many words stand before it.
        var last = Distances()
        var counts: [Int32] = []
        var told: [(word: Int32, topic: Topic, groups: Int)] = []
        counts.reserveCapacity(groups.count)
        for (index, group) in groups.enumerated() {
            while let word = words.next(before: group.start) {
                guard let topic = word.topic else { continue }
                last[topic] = word.number
                told.append((word.number, topic, index))
            }
            counts.append(words.count)
            before.append(last.mapped { words.count - $0 + 1 })
        }
        while let word = words.next(before: text.count) {
            if let topic = word.topic { told.append((word.number, topic, groups.count)) }
        }
        hasWords = !told.isEmpty
        after = before
        guard hasWords else { return }
        noteFollowing(told, counts)
    }

    private mutating func noteFollowing(_ told: [(word: Int32, topic: Topic, groups: Int)], _ counts: [Int32]) {
        var next = Distances()
        var remaining = told[...]
        for index in counts.indices.reversed() {
            while let word = remaining.last, word.groups > index {
                next[word.topic] = word.word
                remaining.removeLast()
            }
            after[index] = next.mapped { $0 - counts[index] }
        }
    }

    /// Whether a word of the topic stands at most so many words before or after a group.
    func isNear(_ topic: Topic, _ group: Int, before: Int32, after: Int32) -> Bool {
        self.before[group][topic] <= before || self.after[group][topic] <= after
    }

    /// Whether something was found there already.
    func isClaimed(_ group: Int) -> Bool { claimed[group] }
}

/// The words of a text, one after the other.
private struct WordScan {
    private let text: PreparedText
    private let claims: Claims
    private var index = 0
    private var foreign: ArraySlice<Int>
    private var previous: UInt64 = 0
    /// How many words have been passed.
    private(set) var count: Int32 = 0

    init(_ text: PreparedText, _ claims: Claims) {
        self.text = text
        self.claims = claims
        foreign = text.foreignCodeWords[...]
    }

    /// The next word that begins before `limit`, with its number from 1.
    mutating func next(before limit: Int) -> (number: Int32, topic: ContextWords.Topic?)? {
        while index < limit {
            if let length = Placeholder.length(text, at: index) {
                index += length
                continue
            }
            guard text.isLetter(index) else {
                index += 1
                continue
            }
            let start = index
            var hash = WordHash()
            while text.isLetter(index) {
                hash.add(text[index])
                index += 1
            }
            if claims.overlaps(start..<start + 1) { continue }
            count += 1
            defer { previous = hash.value }
            while let first = foreign.first, first < start { foreign.removeFirst() }
            if let first = foreign.first, first < index { return (count, .code) }
            let isCode = index - start >= 6 && text.matches("code", at: index - 4)
            guard let topic = ContextVocabulary.topic(hash) ?? (isCode ? .code : nil) else { return (count, nil) }
            if topic == .code, ContextVocabulary.otherCodes.contains(previous) { return (count, nil) }
            return (count, topic)
        }
        return nil
    }
}
