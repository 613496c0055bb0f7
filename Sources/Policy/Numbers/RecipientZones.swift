import Messaging

/// In which time zones, states and provinces the digits of a number allow a person to be.
///
/// An area code of North America stands for the zones of its whole region and of all area codes laid over it. Elsewhere the
/// longest listed prefix decides for numbers with a place; a mobile number has all zones of its country code. Toll-free
/// and unlisted numbers of +1 may be in any of the fifty states. A number tells where it was issued: people move.
struct RecipientZones: Sendable {
    /// A region and its zones.
    struct Area: Sendable {
        /// ISO 3166-2, such as `US-FL`.
        let regions: [String]
        /// IANA names.
        let zones: [String]
    }

    /// What stands behind the zones of a number, as decision records name it.
    enum Source: String {
        /// The area code of a number of +1.
        case areaCode = "area-code"
        /// A prefix longer than the country code.
        case prefix
        /// The country code.
        case country = "country-code"
        /// A number of +1 that belongs to no listed area.
        case states = "fifty-states"
    }

    /// The areas and, after them, the sets of zones; indexes into it stay the same.
    let areas: [Area]
    /// The versions of the sources, by name.
    let versions: [String: String]
    /// By the three digits; −1 where none is listed.
    private let areaCodes: [Int16]
    /// By the prefix as a number, which never begins with a zero.
    private let prefixes: [Int: Int16]
    private let states: Int

    /// The data of Resources/recipient_zones.txt.
    static let shipped = RecipientZones(PackageResources.recipient_zones_txt)

    init(_ bytes: [UInt8]) {
        var areas: [Area] = []
        var indexes: [String: Int] = [:]
        var areaCodes = [Int16](repeating: -1, count: 1000)
        var prefixes: [Int: Int16] = [:]
        var versions: [String: String] = [:]
        var states = 0
        for line in DataLines(bytes) where line.head.count >= 2 {
            if line.head[0] == "version", line.head.count == 3 {
                versions[String(line.head[1])] = String(line.head[2])
                continue
            }
            let key = line.head.joined(separator: " ")
            let index = indexes[key] ?? areas.count
            if index == areas.count {
                let regions = line.head[0] == "area" ? line.head[1].split(separator: ",").map(String.init) : []
                let zones = line.head[line.head.count - 1].split(separator: "&").map(String.init)
                areas.append(Area(regions: regions == ["-"] ? [] : regions, zones: zones))
                indexes[key] = index
            }
            for value in line.values.compactMap({ Int($0) }) where value > 0 {
                if line.head[0] == "area", value < 1000 {
                    areaCodes[value] = Int16(index)
                } else {
                    prefixes[value] = Int16(index)
                }
            }
            if line.head[0] == "states" { states = index }
        }
        self.areas = areas
        self.versions = versions
        self.areaCodes = areaCodes
        self.prefixes = prefixes
        self.states = states
    }

    /// The longest listed prefix has this many digits.
    private static let longest = 9

    /// The index of the area of a number in E.164, given the digits after the plus sign; nil for a country code that is not
    /// listed.
    func area(_ digits: some Sequence<UInt8>) -> (index: Int, source: Source)? {
        var prefix = 0
        var count = 0
        var countryCode: Int16?
        var longest: Int16 = -1
        for digit in digits {
            prefix = prefix * 10 + Int(digit) - 0x30
            count += 1
            if count == 1, prefix == 1 { return northAmerica(digits) }
            if let index = prefixes[prefix] {
                // The first prefix that is listed is the country code.
                countryCode = countryCode ?? index
                longest = index
            }
            if count == Self.longest { break }
        }
        guard let countryCode else { return nil }
        return (Int(longest), longest == countryCode ? .country : .prefix)
    }

    private func northAmerica(_ digits: some Sequence<UInt8>) -> (index: Int, source: Source) {
        var code = 0
        for digit in digits.dropFirst().prefix(3) { code = code * 10 + Int(digit) - 0x30 }
        let index = code < 1000 ? areaCodes[code] : -1
        return index < 0 ? (states, .states) : (Int(index), .areaCode)
    }
}
