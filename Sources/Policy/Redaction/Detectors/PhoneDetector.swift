/// Phone numbers: international ones by the numbering plan, national ones by how they are written or announced.
enum PhoneDetector {
    /// Numbers with a plus sign: those that the plan knows, and those that are possible at least.
    static func findInternational(
        _ text: PreparedText, _ groups: [DigitGroup], _ candidates: inout Candidates
    ) {
        for first in groups.indices {
            guard let start = plusSign(text, before: groups[first].start) else { continue }
            var digits: [UInt8] = []
            var last = first
            var found: [(end: Int, isValid: Bool)] = []
            while digits.count + groups[last].length <= 15 {
                if !isTrunkPrefix(text, groups[last]) {
                    digits.append(contentsOf: text.bytes[groups[last].start..<groups[last].end])
                    if digits.count >= 7, digits[0] != UInt8(ascii: "0") {
                        switch NumberingPlan.shipped.judge(digits) {
                        case .valid: found.append((groups[last].end, true))
                        case .notValid, .impossibleLength, .unassignedCode:
                            if digits.count >= 8 { found.append((groups[last].end, false)) }
                        }
                    }
                }
                guard groups[last].joinsPhone, last + 1 < groups.count, last - first < 8 else { break }
                last += 1
            }
            for (end, isValid) in found.reversed() {
                candidates.add(isValid ? .validPhone : .possiblePhone, start..<end)
            }
        }
    }

    private static func plusSign(_ text: PreparedText, before start: Int) -> Int? {
        for index in stride(from: start - 1, through: start - 3, by: -1) {
            switch text[index] {
            case UInt8(ascii: "+"): return index
            case UInt8(ascii: " "), UInt8(ascii: "("): continue
            default: return nil
            }
        }
        return nil
    }

    /// The "(0)" that is dialled only within the country.
    private static func isTrunkPrefix(_ text: PreparedText, _ group: DigitGroup) -> Bool {
        group.length == 1 && text[group.start] == UInt8(ascii: "0") && text[group.start - 1] == UInt8(ascii: "(")
            && text[group.end] == UInt8(ascii: ")")
    }

    /// Numbers as North America writes them, and numbers in groups that begin with a zero.
    static func findNational(_ text: PreparedText, _ groups: [DigitGroup], _ candidates: inout Candidates) {
        for first in groups.indices where !text.isLatinLetter(groups[first].start - 1) {
            if text[groups[first].start] == UInt8(ascii: "0") {
                guard !text.matches("000", at: groups[first].start) else { continue }
                addTrunk(text, groups, from: first, &candidates)
            } else if let end = northAmericanEnd(text, groups, from: first) {
                candidates.add(.nationalPhone, groups[first].start..<end)
            }
        }
    }

    /// 3-3-4, perhaps after a 1; area code and exchange do not begin with 0 or 1.
    private static func northAmericanEnd(_ text: PreparedText, _ groups: [DigitGroup], from first: Int) -> Int? {
        var area = first
        if groups[first].length == 1, text[groups[first].start] == UInt8(ascii: "1"), groups[first].joinsPhone {
            area += 1
        }
        guard area + 2 < groups.count, groups[area].length == 3, groups[area + 1].length == 3,
            groups[area + 2].length == 4, groups[area].joinsPhone, groups[area + 1].joinsPhone,
            text[groups[area].start] >= UInt8(ascii: "2"), text[groups[area + 1].start] >= UInt8(ascii: "2"),
            !text.isLatinLetter(groups[area + 2].end)
        else { return nil }
        return groups[area + 2].end
    }

    private static func addTrunk(
        _ text: PreparedText, _ groups: [DigitGroup], from first: Int, _ candidates: inout Candidates
    ) {
        var digits = groups[first].length
        var last = first
        var ends: [Int] = []
        while groups[last].joinsPhone, last + 1 < groups.count, last - first < 5 {
            last += 1
            digits += groups[last].length
            guard digits <= 15 else { break }
            if digits >= 9, !text.isLatinLetter(groups[last].end) { ends.append(groups[last].end) }
        }
        for end in ends.reversed() { candidates.add(.nationalPhone, groups[first].start..<end) }
    }

    /// Seven to fifteen digits after a word such as "call".
    static func findAnnounced(
        _ text: PreparedText, _ groups: [DigitGroup], _ context: ContextWords, _ candidates: inout Candidates
    ) {
        for first in groups.indices where context.isNear(.phone, first, before: 3, after: 0) {
            guard !context.isClaimed(first), !text.isLatinLetter(groups[first].start - 1) else { continue }
            var digits = 0
            var last = first
            var ends: [Int] = []
            while true {
                digits += groups[last].length
                guard digits <= 15 else { break }
                if digits >= 7, !text.isLatinLetter(groups[last].end) { ends.append(groups[last].end) }
                guard groups[last].joinsPhone, last + 1 < groups.count, last - first < 8,
                    !context.isClaimed(last + 1)
                else { break }
                last += 1
            }
            for end in ends.reversed() { candidates.add(.announcedPhone, groups[first].start..<end) }
        }
    }
}
