/// One-time codes: four to eight digits near a word for one, in one group or in two equal ones.
enum OneTimeCodeDetector {
    static func find(
        _ text: PreparedText, _ groups: [DigitGroup], _ context: ContextWords, _ candidates: inout Candidates
    ) {
        for (index, group) in groups.enumerated()
        where context.isNear(.code, index, before: 8, after: 8) && !context.isClaimed(index) {
            if let pair = pair(groups, index), !context.isClaimed(index + 1), stands(text, group.start..<pair.end) {
                candidates.add(.code, group.start..<pair.end)
            }
            if (4...8).contains(group.length), stands(text, group.start..<group.end) {
                candidates.add(.code, group.start..<group.end)
            }
        }
    }

    /// The second half of "123 456" or "1234-5678".
    private static func pair(_ groups: [DigitGroup], _ index: Int) -> DigitGroup? {
        guard index + 1 < groups.count, groups[index].length == groups[index + 1].length,
            (3...4).contains(groups[index].length)
        else { return nil }
        let separator = groups[index].separator
        return separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") ? groups[index + 1] : nil
    }

    /// Whether the digits are no part of a date, a time, an amount or a longer number.
    private static func stands(_ text: PreparedText, _ range: Range<Int>) -> Bool {
        let (before, after) = (range.lowerBound - 1, range.upperBound)
        if text.isLatinLetter(before) || text.isLatinLetter(after) || text[before] == UInt8(ascii: "$") { return false }
        if isJoint(text[before]), text.isDigit(before - 1) || Placeholder.ends(text, at: before) { return false }
        if isJoint(text[after]), text.isDigit(after + 1) || Placeholder.begins(text, at: after + 1) { return false }
        return !Placeholder.ends(text, at: before + 1) && !Placeholder.begins(text, at: after)
    }

    private static func isJoint(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: ","): true
        default: false
        }
    }
}
