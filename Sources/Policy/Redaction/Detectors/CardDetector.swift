/// Payment card numbers: 12 to 19 digits with a valid check digit (ISO/IEC 7812-1, Luhn), in one group or several.
enum CardDetector {
    /// Finds every run of whole groups that may be one: those of an issuer, and the others.
    static func find(_ text: PreparedText, _ groups: [DigitGroup], _ candidates: inout Candidates) {
        for first in groups.indices {
            var number = CardNumber()
            var last = first
            var lengths = GroupLengths()
            var found: [(last: Int, isIssued: Bool)] = []
            while number.count + groups[last].length <= 19 {
                number.add(text.bytes[groups[last].start..<groups[last].end])
                lengths.add(groups[last].length)
                if number.isValid {
                    found.append((last, number.isIssued && lengths.isRegular))
                }
                guard groups[last].joinsCard, last + 1 < groups.count else { break }
                last += 1
            }
            for (last, isIssued) in found.reversed() {
                let range = groups[first].start..<groups[last].end
                let touchesLetter = text.isLatinLetter(range.lowerBound - 1) || text.isLatinLetter(range.upperBound)
                // Digits within a word are mostly a licence's or a part's number.
                if isIssued { candidates.add(.issuedCard, range, isCertain: !touchesLetter) }
                if !isIssued, !touchesLetter { candidates.add(.otherCard, range, isCertain: false) }
            }
        }
    }
}

/// Digits that are read one after the other, with the check sum of both ways to double.
private struct CardNumber {
    private(set) var count = 0
    private var beginning = 0
    private var evenDoubled = 0
    private var oddDoubled = 0
    private var first: UInt8 = 0
    private var isUniform = true

    mutating func add(_ digits: ArraySlice<UInt8>) {
        for digit in digits {
            let value = Int(digit & 15)
            let doubled = value > 4 ? value * 2 - 9 : value * 2
            evenDoubled += count % 2 == 0 ? doubled : value
            oddDoubled += count % 2 == 0 ? value : doubled
            if count < 6 { beginning = beginning * 10 + value }
            if count == 0 { first = digit }
            if digit != first { isUniform = false }
            count += 1
        }
    }

    var isValid: Bool {
        count >= 12 && !isUniform && (count % 2 == 0 ? evenDoubled : oddDoubled) % 10 == 0
    }

    var isIssued: Bool { CardIssuers.issued(beginning, length: count) }
}

/// Whether groups are as long as people write them: all alike but the last, or 4-6-5 and 4-6-4.
private struct GroupLengths {
    private var lengths: [Int] = []

    mutating func add(_ length: Int) { lengths.append(length) }

    var isRegular: Bool {
        if lengths.count == 3, lengths[0] == 4, lengths[1] == 6 { return true }
        guard let first = lengths.first else { return false }
        return lengths.dropLast().allSatisfy { $0 == first }
    }
}
