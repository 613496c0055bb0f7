/// Which numbers can exist: the possible lengths of each country code, and how its valid numbers begin.
///
/// New ranges are opened before the data knows them, so a number that is possible and not valid may be real.
struct NumberingPlan: Sendable {
    private struct Country {
        /// Bit n: a number of n digits after the country code is possible.
        var lengths: UInt16 = 0
        /// One bit for each of 000 to 999: whether a valid number begins so after the country code.
        var beginnings = [UInt64](repeating: 0, count: 16)
    }

    /// By the country code; the empty one stands for those that are not assigned.
    private let countries: [Country?]

    /// The data of Resources/number_plan.txt.
    static let shipped = NumberingPlan(PackageResources.number_plan_txt)

    init(_ bytes: [UInt8]) {
        var countries = [Country?](repeating: nil, count: 1000)
        for line in DataLines(bytes) where line.head.count == 2 {
            guard let code = Int(line.head[0]), countries.indices.contains(code) else { continue }
            var country = countries[code] ?? Country()
            for length in line.head[1].split(separator: ",").compactMap({ Int($0) }) where length < 16 {
                country.lengths |= 1 << UInt16(length)
            }
            for range in line.values {
                let ends = range.split(separator: "-").compactMap { Int($0) }
                guard let first = ends.first, let last = ends.last, first <= last, last < 1000 else { continue }
                for value in first...last { country.beginnings[value >> 6] |= 1 << UInt64(value & 63) }
            }
            countries[code] = country
        }
        self.countries = countries
    }

    /// What the plan says of a number.
    enum Judgement {
        case unassignedCode, impossibleLength, notValid, valid
    }

    /// - Parameter digits: those of E.164, 7 to 15, after the plus sign.
    func judge(_ digits: [UInt8]) -> Judgement {
        let codeLength = callingCodeLength(digits)
        var code = 0
        for digit in digits.prefix(codeLength) { code = code * 10 + Int(digit) - 0x30 }
        guard code < countries.count, let country = countries[code] else { return .unassignedCode }
        let length = digits.count - codeLength
        guard length >= 3, country.lengths >> UInt16(length) & 1 == 1 else { return .impossibleLength }
        var beginning = 0
        for digit in digits[codeLength..<codeLength + 3] { beginning = beginning * 10 + Int(digit) - 0x30 }
        return country.beginnings[beginning >> 6] >> UInt64(beginning & 63) & 1 == 1 ? .valid : .notValid
    }
}
