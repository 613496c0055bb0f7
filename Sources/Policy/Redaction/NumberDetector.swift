extension ScannedText {
    /// Marks phone, card and account numbers: seven digits or more, with at most two separators between any two of them.
    mutating func markNumbers() {
        var index = 0
        while index < count {
            guard isDigit(index) else {
                index += 1
                continue
            }
            let (end, digits) = digitRun(from: index, gap: 2, separators: Self.separators)
            if digits >= 7 { mark((self[index - 1] == UInt8(ascii: "+") ? index - 1 : index)..<end, as: .number) }
            index = end
        }
    }

    private static let separators = Array(" -.()/".utf8)

    /// The digits from `start` on, across short gaps: the end of the last one, and how many there are.
    func digitRun(from start: Int, gap maximumGap: Int, separators: [UInt8]) -> (end: Int, digits: Int) {
        var end = start
        var digits = 0
        var gap = 0
        var index = start
        while index < count {
            if isDigit(index) {
                digits += 1
                gap = 0
                end = index + 1
            } else if separators.contains(folded[index]) {
                gap += 1
                if gap > maximumGap { break }
            } else if folded[index] != Self.transparent {
                break
            }
            index += 1
        }
        return (end, digits)
    }
}
