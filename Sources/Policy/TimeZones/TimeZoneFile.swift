/// Reads a file of compiled time zone data (TZif; RFC 9636).
enum TimeZoneFile {
    /// The largest file of tzdata has under 4 kB.
    static let maximumSize = 1 << 20

    /// Whether the bytes begin as such a file does.
    static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "TZif".utf8) }

    /// - Throws: ``TimeZoneProblem`` for anything that is not such a file as a whole.
    static func read(_ bytes: [UInt8]) throws(TimeZoneProblem) -> TimeZoneOffsets {
        guard bytes.count <= maximumSize else { throw TimeZoneProblem("has over 1 MiB") }
        var reader = Reader(bytes: bytes)
        let first = try reader.header()
        guard first.version >= UInt8(ascii: "2") else {
            let block = try reader.block(first, width: 4)
            return TimeZoneOffsets(initial: block.initial, changes: block.changes)
        }
        // The first block is for readers that know 32-bit times only.
        try reader.skip(first.size(width: 4))
        let block = try reader.block(try reader.header(), width: 8)
        guard let rule = try reader.footer() else {
            return TimeZoneOffsets(initial: block.initial, changes: block.changes)
        }
        let last = block.changes.last?.at ?? Int.min
        let further = rule.changes(years: 1999...TimeZoneOffsets.lastYear).filter { $0.at > last }
        return TimeZoneOffsets(initial: block.initial, changes: block.changes + further)
    }

    private struct Header {
        let version: UInt8
        let universalCount, standardCount, leapCount, timeCount, typeCount, characterCount: Int

        func size(width: Int) -> Int {
            timeCount * (width + 1) + typeCount * 6 + characterCount + leapCount * (width + 4) + standardCount
                + universalCount
        }
    }

    private struct Block {
        let initial: Int
        let changes: [(at: Int, offset: Int)]
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        mutating func skip(_ count: Int) throws(TimeZoneProblem) {
            guard count <= bytes.count - index else { throw TimeZoneProblem("is cut off") }
            index += count
        }

        mutating func integer(_ width: Int) throws(TimeZoneProblem) -> Int {
            let start = index
            try skip(width)
            var value: UInt64 = bytes[start] >= 0x80 ? .max : 0
            for byte in bytes[start..<index] { value = value << 8 | UInt64(byte) }
            return Int(Int64(bitPattern: value))
        }

        mutating func header() throws(TimeZoneProblem) -> Header {
            guard bytes[index...].starts(with: "TZif".utf8) else { throw TimeZoneProblem("is not time zone data") }
            try skip(20)
            let version = bytes[index - 16]
            var counts: [Int] = []
            for _ in 0..<6 {
                let count = try integer(4)
                guard (0...bytes.count).contains(count) else { throw TimeZoneProblem("has a count beyond its size") }
                counts.append(count)
            }
            return Header(
                version: version, universalCount: counts[0], standardCount: counts[1], leapCount: counts[2],
                timeCount: counts[3], typeCount: counts[4], characterCount: counts[5])
        }

        mutating func block(_ header: Header, width: Int) throws(TimeZoneProblem) -> Block {
            guard header.size(width: width) <= bytes.count - index else { throw TimeZoneProblem("is cut off") }
            guard header.typeCount > 0 else { throw TimeZoneProblem("has no offset") }
            guard header.leapCount == 0 else { throw TimeZoneProblem("counts leap seconds") }
            var times: [Int] = []
            for _ in 0..<header.timeCount {
                let time = try integer(width)
                guard time > times.last ?? Int.min else { throw TimeZoneProblem("has changes out of order") }
                times.append(time)
            }
            let kinds = bytes[index..<index + header.timeCount].map(Int.init)
            try skip(header.timeCount)
            var offsets: [Int] = []
            for _ in 0..<header.typeCount {
                let offset = try integer(4)
                // RFC 9636, section 3.2: more than −25 and less than 26 hours.
                guard (-89_999...93_599).contains(offset) else { throw TimeZoneProblem("has an impossible offset") }
                offsets.append(offset)
                try skip(2)
            }
            guard kinds.allSatisfy({ $0 < offsets.count }) else { throw TimeZoneProblem("names an offset it lacks") }
            try skip(header.characterCount + header.standardCount + header.universalCount)
            return Block(initial: offsets[0], changes: zip(times, kinds).map { ($0, offsets[$1]) })
        }

        /// The rule between two newlines; nil for an empty one.
        mutating func footer() throws(TimeZoneProblem) -> TimeZoneRule? {
            try skip(1)
            guard bytes[index - 1] == 0x0A, let end = bytes[index...].firstIndex(of: 0x0A) else {
                throw TimeZoneProblem("has no rule at its end")
            }
            guard end > index else { return nil }
            guard let rule = TimeZoneRule(bytes[index..<end]) else {
                throw TimeZoneProblem("has a rule at its end that cannot be read")
            }
            return rule
        }
    }
}

/// What is wrong with time zone data.
struct TimeZoneProblem: Error, Equatable {
    let problem: String

    init(_ problem: String) {
        self.problem = problem
    }
}
