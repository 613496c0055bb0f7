/// What stands in a text that was masked before. Nothing in it is looked at again, so that to mask twice is to mask once.
enum Placeholder {
    /// What stands for the matches of the policy file's own patterns.
    static let ofPatterns: StaticString = "<redacted>"

    private static let all: [StaticString] = ["<number>", "<email>", "<code>", "<secret>", ofPatterns]

    /// The length of a placeholder that begins here; nil for none.
    static func length(_ text: PreparedText, at index: Int) -> Int? {
        guard text[index] == UInt8(ascii: "<") else { return nil }
        return all.first { text.matches($0, at: index) }?.utf8CodeUnitCount
    }

    static func begins(_ text: PreparedText, at index: Int) -> Bool { length(text, at: index) != nil }

    /// Whether one ends before this index.
    static func ends(_ text: PreparedText, at index: Int) -> Bool {
        guard text[index - 1] == UInt8(ascii: ">") else { return false }
        return all.contains { text.matches($0, at: index - $0.utf8CodeUnitCount) }
    }
}
