/// Looks for what a reader of YAML multiplies or descends into, before one reads it.
enum YAMLShape {
    /// Brackets that may be open, or list dashes that may stand in front of one another on a line.
    private static let maximumDepth = 32

    /// The first anchor or alias, by which a few bytes become millions of values, or the first nesting that is too deep.
    ///
    /// Quotation marks are not looked at: an ampersand or an asterisk that touches a letter after a space is refused in a
    /// quoted text as well.
    static func excess(_ bytes: [UInt8]) -> (line: Int, column: Int, problem: String)? {
        var line = 1
        var start = 0
        var depth = 0
        var dashes = 0
        var isComment = false
        var indentations: [Int] = []
        var isIndentation = true
        for (index, byte) in bytes.enumerated() {
            let before = index > start ? bytes[index - 1] : UInt8(ascii: " ")
            func place(_ problem: String) -> (line: Int, column: Int, problem: String) {
                (line, index - start + 1, problem)
            }
            if isIndentation, byte != UInt8(ascii: " "), byte != 0x0A, byte != 0x0D {
                isIndentation = false
                while let last = indentations.last, last >= index - start { indentations.removeLast() }
                indentations.append(index - start)
                if indentations.count > maximumDepth { return place("is nested too deeply") }
            }
            switch byte {
            case 0x0A:
                line += 1
                start = index + 1
                dashes = 0
                isComment = false
                isIndentation = true
            case _ where isComment: break
            case UInt8(ascii: "#") where before == UInt8(ascii: " "): isComment = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): dashes += before == UInt8(ascii: " ") ? 1 : 0
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
                if next > UInt8(ascii: " "), " [{,:-".utf8.contains(before) {
                    return place("has an anchor or an alias, which are not allowed")
                }
            default: break
            }
            if depth > maximumDepth || dashes > maximumDepth { return place("is nested too deeply") }
        }
        return nil
    }
}
