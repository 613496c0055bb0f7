/// Words that are a slip away from a keyword: two neighbouring letters swapped, a letter doubled, left out, or hit beside
/// on a QWERTY keyboard. Long keywords may be two letters off.
///
/// Short words of other languages than English are too near to ordinary ones, and get no more than doubled letters.
struct NearMisses: Sendable {
    /// A slip, and the keyword that was meant.
    private var slips: [String: String] = [:]
    /// A keyword without its doubled letters.
    private var plain: [String: String] = [:]
    private var long: [(keyword: String, letters: [UInt8])] = []
    private var others: Set<String> = []

    /// What must be as long for two letters to be off.
    private static let longKeyword = 10
    private static let longestWord = 24

    /// - Parameter others: words that mean something else.
    init(_ keywords: [(keyword: String, isEnglish: Bool)], except others: Set<String>) {
        self.others = others
        let all = Set(keywords.map(\.keyword))
        for (keyword, isEnglish) in keywords {
            let letters = Array(keyword.utf8)
            guard letters.count >= 4, letters.allSatisfy({ $0 == 0x20 || (0x61...0x7A).contains($0) }) else { continue }
            // The first row wins: STOPP stands in the list for German, and is a slip of STOP as well.
            let single = Self.withoutDoubles(keyword)
            plain[single] = plain[single] ?? keyword
            guard plain[single] == keyword, isEnglish || letters.count >= 5 else { continue }
            for slip in Self.slips(of: letters) where !all.contains(slip) { slips[slip] = slips[slip] ?? keyword }
            if letters.count >= Self.longKeyword { long.append((keyword, letters)) }
        }
    }

    /// The keyword that the word is near.
    func keyword(near word: String) -> String? {
        guard word.utf8.count <= Self.longestWord, !others.contains(word) else { return nil }
        if let keyword = slips[word] { return keyword }
        let single = Self.withoutDoubles(word)
        if single.utf8.count > 2, !others.contains(single), let keyword = plain[single] ?? slips[single] {
            return keyword
        }
        let letters = Array(word.utf8)
        return long.first { Self.isWithinTwo(letters, $0.letters) }?.keyword
    }

    private static func withoutDoubles(_ word: String) -> String {
        var letters: [UInt8] = []
        for letter in word.utf8 where letter != letters.last { letters.append(letter) }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func slips(of letters: [UInt8]) -> [String] {
        var slips: [[UInt8]] = []
        for index in letters.indices {
            let letter = letters[index]
            if index + 1 < letters.count, letters[index + 1] != letter {
                var slip = letters
                slip.swapAt(index, index + 1)
                slips.append(slip)
            }
            guard letter != 0x20 else { continue }
            for key in neighbours(of: letter) {
                var slip = letters
                slip[index] = key
                slips.append(slip)
                slip = letters
                slip.insert(key, at: index)
                slips.append(slip)
                slip = letters
                slip.insert(key, at: index + 1)
                slips.append(slip)
            }
            // A word without its first letter is mostly another word.
            guard index > 0 else { continue }
            var slip = letters
            slip.remove(at: index)
            slips.append(slip)
        }
        return slips.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func neighbours(of letter: UInt8) -> [UInt8] {
        for (row, keys) in keyboard.enumerated() {
            guard let column = keys.firstIndex(of: letter) else { continue }
            let beside = [(row, column - 1), (row, column + 1)]
            let above = [(row - 1, column), (row - 1, column + 1)]
            let below = [(row + 1, column - 1), (row + 1, column)]
            return (beside + above + below).compactMap { row, column in
                keyboard.indices.contains(row) && keyboard[row].indices.contains(column) ? keyboard[row][column] : nil
            }
        }
        return []
    }

    /// A key touches two of the row above and two of the row below.
    private static let keyboard = ["qwertyuiop", "asdfghjkl", "zxcvbnm"].map { Array($0.utf8) }

    /// Whether two letters at most were swapped, left out, added or changed; the first must be right.
    private static func isWithinTwo(_ word: [UInt8], _ keyword: [UInt8]) -> Bool {
        guard abs(word.count - keyword.count) <= 2, word.first == keyword.first else { return false }
        var beforeLast = [Int](repeating: 0, count: keyword.count + 1)
        var last = Array(0...keyword.count)
        for (row, letter) in word.enumerated() {
            var current = [row + 1]
            for (column, other) in keyword.enumerated() {
                var cost = min(last[column + 1], current[column]) + 1
                cost = min(cost, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == keyword[column - 1], word[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last.last.map { $0 <= 2 } ?? false
    }
}
