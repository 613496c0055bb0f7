/// What is wrong with a pattern, and at which of its characters, from 1.
struct TextPatternProblem: Error, Equatable {
    let position: Int
    let problem: String
}

extension TextPattern {
    /// Fewer characters than this would hide half of every text.
    private static let minimumLength = 3

    /// Reads a pattern such as `"LC-" digit{8}`.
    ///
    /// Its parts are `"characters"`, `[one of these]`, `digit`, `letter`, `alnum` and `space`, each perhaps with `{3}`, `{2,5}` or
    /// `?`. Case, accents and the width of characters make no difference.
    ///
    /// - Throws: ``TextPatternProblem`` for anything else, and for what could be read in more than one way.
    init(name: String, _ source: String) throws(TextPatternProblem) {
        var reader = TextPatternReader(source)
        var elements: [Element] = []
        var positions: [Int] = []
        while let position = reader.nextPart() {
            let part = try reader.part()
            elements += part
            positions += part.map { _ in position }
            guard elements.reduce(0, { $0 + $1.most }) <= Self.maximumLength else {
                throw TextPatternProblem(
                    position: position, problem: "makes matches longer than \(Self.maximumLength) characters")
            }
        }
        guard elements.reduce(0, { $0 + $1.least }) >= Self.minimumLength else {
            throw TextPatternProblem(
                position: 1, problem: "may match fewer than \(Self.minimumLength) characters")
        }
        for index in elements.indices where elements[index].least < elements[index].most {
            for follower in elements[(index + 1)...] {
                guard elements[index].set.isDisjoint(with: follower.set) else {
                    throw TextPatternProblem(
                        position: positions[index],
                        problem: "may stand several times, and what follows may be the same characters")
                }
                if follower.least > 0 { break }
            }
        }
        self.name = name
        self.elements = elements
    }
}

/// The source of a pattern, part by part.
private struct TextPatternReader {
    private let source: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) {
        source = Array(text.unicodeScalars)
    }

    /// Where the next part begins, from 1; nil at the end.
    mutating func nextPart() -> Int? {
        while index < source.count, source[index] == " " { index += 1 }
        return index < source.count ? index + 1 : nil
    }

    private func problem(_ text: String) -> TextPatternProblem {
        TextPatternProblem(position: min(index, source.count) + 1, problem: text)
    }

    mutating func part() throws(TextPatternProblem) -> [TextPattern.Element] {
        switch source[index] {
        case "\"":
            let bytes = try characters(until: "\"")
            guard index == source.count || source[index] == " " else { throw problem("is not parted by a space") }
            return bytes.map { TextPattern.Element(set: ByteSet([$0])) }
        case "[":
            return [try counted(ByteSet(try characters(until: "]")))]
        default:
            let start = index
            while index < source.count, ("a"..."z").contains(source[index]) { index += 1 }
            let word = String(String.UnicodeScalarView(source[start..<index]))
            let set: ByteSet
            switch word {
            case "digit": set = .digit
            case "letter": set = .letter
            case "alnum": set = .alphanumeric
            case "space": set = .space
            default:
                index = start
                throw problem("is no part of a pattern: \"text\" [characters] digit letter alnum space")
            }
            return [try counted(set)]
        }
    }

    /// What stands between two marks, as a prepared text has it.
    private mutating func characters(until end: Unicode.Scalar) throws(TextPatternProblem) -> [UInt8] {
        guard let close = source[(index + 1)...].firstIndex(of: end) else { throw problem("is not closed") }
        let bytes = PreparedText(String(String.UnicodeScalarView(source[(index + 1)..<close]))).bytes
        guard !bytes.isEmpty else { throw problem("is empty") }
        guard !bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 >= 0x80 }) else {
            throw problem("holds < or >, which stand round what was masked, or what is not ASCII")
        }
        index = close + 1
        return bytes
    }

    private mutating func counted(_ set: ByteSet) throws(TextPatternProblem) -> TextPattern.Element {
        var element = TextPattern.Element(set: set)
        if index < source.count, source[index] == "?" {
            element.least = 0
            index += 1
        } else if index < source.count, source[index] == "{" {
            guard let close = source[index...].firstIndex(of: "}") else { throw problem("is not closed") }
            let text = String(String.UnicodeScalarView(source[(index + 1)..<close]))
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(numbers.count), let least = numbers.first.flatMap({ $0 }),
                let most = numbers.last.flatMap({ $0 }), 0 <= least, least <= most,
                (1...TextPattern.maximumLength).contains(most)
            else { throw problem("is no count such as {3} or {2,5}, of at most \(TextPattern.maximumLength)") }
            element.least = least
            element.most = most
            index = close + 1
        }
        guard index == source.count || source[index] == " " else { throw problem("is not parted by a space") }
        return element
    }
}
