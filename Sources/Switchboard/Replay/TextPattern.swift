/// What a text must look like: `*` stands for any characters, `?` for one; a pattern with neither is a beginning.
struct TextPattern: Sendable {
    private let pattern: [UInt8]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        let hasWildcard = bytes.contains(UInt8(ascii: "*")) || bytes.contains(UInt8(ascii: "?"))
        pattern = hasWildcard ? bytes : bytes + [UInt8(ascii: "*")]
    }

    /// Takes time in proportion to the two lengths multiplied, whatever they hold.
    func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var (inText, inPattern) = (0, 0)
        /// Where to go on when what follows the last star does not fit: the star takes one character more.
        var retry: (text: Int, pattern: Int)?
        while inText < text.count {
            if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
                inPattern += 1
                retry = (inText, inPattern)
            } else if inPattern < pattern.count,
                pattern[inPattern] == UInt8(ascii: "?") || pattern[inPattern] == text[inText]
            {
                inText += 1
                inPattern += 1
            } else if let last = retry {
                retry = (last.text + 1, last.pattern)
                (inText, inPattern) = (last.text + 1, last.pattern)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
