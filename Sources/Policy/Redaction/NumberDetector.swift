extension ScannedText {
    /// Marks phone, card and account numbers: seven digits or more, with at most two separators between any two of them.
    mutating func markNumbers() {
        var index = 0
        while index < count {
            guard isDigit(index) else {
                index += 1
                continue
            }
            let (end, digits) = digitRun(from: index, gap: 2)
            if digits >= 7 { mark((self[index - 1] == UInt8(ascii: "+") ? index - 1 : index)..<end, as: .number) }
            index = end
        }
    }

    /// The digits from `start` on, across short gaps: the end of the last one, and how many there are.
    func digitRun(from start: Int, gap maximumGap: Int) -> (end: Int, digits: Int) {
        var end = start
        var digits = 0
        var gap = 0
        var index = start
        while index < count {
            if isDigit(index) {
                digits += 1
                gap = 0
                end = index + 1
            } else if Self.isSeparator(folded[index]) {
                gap += 1
                if gap > maximumGap { break }
            } else if folded[index] != Self.transparent {
                break
            }
            index += 1
        }
        return (end, digits)
    }

    /// What people and machines put between the digits of one number.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
