/// Social security numbers of the United States: area, group and serial as the Social Security Administration gives them.
enum SocialSecurityDetector {
    /// `ddd-dd-dddd`, also with dots or spaces, one kind of them.
    static func find(_ text: PreparedText, _ groups: [DigitGroup], _ candidates: inout Candidates) {
        for index in groups.indices.dropLast(2) {
            let (area, group, serial) = (groups[index], groups[index + 1], groups[index + 2])
            guard area.length == 3, group.length == 2, serial.length == 4, area.separator == group.separator else {
                continue
            }
            switch area.separator {
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "): break
            default: continue
            }
            let digits =
                text.bytes[area.start..<area.end] + text.bytes[group.start..<group.end]
                + text.bytes[serial.start..<serial.end]
            add(text, digits, area.start..<serial.end, .socialSecurity, &candidates)
        }
    }

    /// Nine digits near a word for them.
    static func findBare(
        _ text: PreparedText, _ groups: [DigitGroup], _ context: ContextWords, _ candidates: inout Candidates
    ) {
        for (index, group) in groups.enumerated() where group.length == 9 {
            guard context.isNear(.socialSecurity, index, before: 4, after: 2) else { continue }
            add(
                text, text.bytes[group.start..<group.end], group.start..<group.end, .bareSocialSecurity, &candidates)
        }
    }

    private static func add(
        _ text: PreparedText, _ digits: ArraySlice<UInt8>, _ range: Range<Int>, _ rank: Candidates.Rank,
        _ candidates: inout Candidates
    ) {
        guard !text.isLatinLetter(range.lowerBound - 1), !text.isLatinLetter(range.upperBound) else { return }
        let values = digits.map { Int($0 & 15) }
        let area = values[0] * 100 + values[1] * 10 + values[2]
        guard area != 0, area != 666, area < 900, values[3] + values[4] > 0, values[5...].contains(where: { $0 > 0 })
        else { return }
        candidates.add(rank, range)
    }
}
