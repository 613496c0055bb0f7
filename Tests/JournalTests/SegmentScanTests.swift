import Crypto
import Testing

@testable import Journal

@Suite("Records of a file") struct SegmentScanTests {
    private let name = SegmentName(first: 7)
    private let texts = ["first", "", "the third"]

    private func cipher(_ keys: [JournalKeys.Key] = [TestFolder.key1], name: SegmentName? = nil) throws -> RecordCipher
    {
        RecordCipher(segment: name ?? self.name, keys: try JournalKeys(keys))
    }

    /// Three records and where each ends.
    private func written(_ keys: [JournalKeys.Key] = [TestFolder.key1]) throws -> (bytes: [UInt8], ends: [Int]) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for (index, text) in texts.enumerated() {
            bytes += try cipher(keys).seal(
                sequence: 7 + UInt64(index), stamp: 100 - UInt64(index), payload: Array(text.utf8))
            ends.append(bytes.count)
        }
        return (bytes, ends)
    }

    private func read(_ scan: SegmentScan) -> [String] {
        scan.records.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test("what is written is read back, with its number and stamp") func roundTrip() throws {
        let (bytes, _) = try written()
        let scan = SegmentScan(bytes, cipher: try cipher())
        #expect(read(scan) == texts)
        #expect(scan.records.map(\.sequence) == [7, 8, 9])
        #expect(scan.records.map(\.stamp) == [100, 99, 98])
        #expect(scan.tornAt == nil && scan.damage.isEmpty && scan.missingKey == nil)
        #expect(bytes.count == texts.reduce(0) { $0 + RecordCipher.sealedSize(payload: $1.utf8.count) })
    }

    @Test("nothing of the content stands in the file") func encrypted() throws {
        let (bytes, _) = try written()
        for text in ["first", "the third"] {
            #expect(bytes.firstRange(of: Array(text.utf8)) == nil)
        }
    }

    @Test("cut at every byte: what was whole is read, and the place of the cut is known") func torn() throws {
        let (bytes, ends) = try written()
        for length in 0...bytes.count {
            let scan = SegmentScan(Array(bytes[..<length]), cipher: try cipher())
            let whole = ends.filter { $0 <= length }.count
            #expect(read(scan) == Array(texts.prefix(whole)), "cut at \(length)")
            let end = whole == 0 ? 0 : ends[whole - 1]
            #expect(scan.tornAt == (length == end ? nil : end), "cut at \(length)")
            #expect(scan.damage.isEmpty, "cut at \(length)")
        }
    }

    @Test("a bit flipped anywhere in a record costs that record and no other", arguments: 0..<3)
    func flipped(index: Int) throws {
        let (bytes, ends) = try written()
        let start = index == 0 ? 0 : ends[index - 1]
        var others = texts
        others.remove(at: index)
        for position in start..<ends[index] {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                let scan = SegmentScan(damaged, cipher: try cipher())
                #expect(read(scan) == others, "byte \(position), bit \(bit)")
                // The last record's length alone can make it look cut short.
                let place = scan.damage.first?.lowerBound ?? scan.tornAt
                #expect(place == start, "byte \(position), bit \(bit)")
                #expect(index == 2 || scan.tornAt == nil)
            }
        }
    }

    @Test("garbage, zeros and markers are no records and no harm") func garbage() throws {
        let (bytes, _) = try written()
        let garbage =
            RecordHeader.marker + [0xFF, 0xFF, 0xFF, 0xFF] + RecordHeader.marker + [UInt8](repeating: 0, count: 40)
        for content in [garbage, garbage + bytes, bytes + garbage, bytes + garbage + garbage] {
            let scan = SegmentScan(content, cipher: try cipher())
            #expect(read(scan) == (content.count > garbage.count ? texts : []))
            #expect(scan.damage.count == 1)
        }
        #expect(SegmentScan([], cipher: try cipher()).records.isEmpty)
    }

    @Test("another key's records do not open; a missing key is named") func wrongKey() throws {
        let (bytes, _) = try written()
        let impostor = JournalKeys.Key(id: "k1", secret: TestFolder.key2.secret)
        let wrong = SegmentScan(bytes, cipher: try cipher([impostor]))
        #expect(wrong.records.isEmpty && wrong.damage == [0..<bytes.count] && wrong.missingKey == nil)
        let missing = SegmentScan(bytes, cipher: try cipher([TestFolder.key2]))
        #expect(missing.records.isEmpty && missing.missingKey == "k1")
    }

    @Test("with two keys the newest writes and both read") func twoKeys() throws {
        let both = [TestFolder.key2, TestFolder.key1]
        let old = try written([TestFolder.key1]).bytes
        let new = try written(both).bytes
        #expect(read(SegmentScan(old, cipher: try cipher(both))) == texts)
        #expect(read(SegmentScan(new, cipher: try cipher(both))) == texts)
        #expect(SegmentScan(new, cipher: try cipher([TestFolder.key1])).missingKey == "k2")
    }

    @Test("a record counts in its own file and in its own place alone") func moved() throws {
        let (bytes, ends) = try written()
        let other = SegmentName(first: 7)
        #expect(SegmentScan(bytes, cipher: try cipher(name: other)).records.isEmpty)
        // The second before the first: what comes too late is damage.
        let swapped = Array(bytes[ends[0]..<ends[1]] + bytes[..<ends[0]] + bytes[ends[1]...])
        #expect(read(SegmentScan(swapped, cipher: try cipher())) == ["", "the third"])
        // A record twice.
        let doubled = bytes + bytes[ends[1]...]
        #expect(read(SegmentScan(doubled, cipher: try cipher())) == texts)
    }

    @Test("no two files have the same key, and so no nonce comes twice") func nonces() throws {
        let payload = Array("same".utf8)
        let sealed = try (0..<3).map { _ in
            try RecordCipher(segment: SegmentName(first: 7), keys: JournalKeys([TestFolder.key1]))
                .seal(sequence: 7, stamp: 0, payload: payload)
        }
        #expect(Set(sealed.map { $0[..<RecordHeader.size] }).count == 1)
        #expect(Set(sealed).count == 3)
    }

    @Test("names of files", arguments: [1, 255, UInt64.max / 2]) func names(first: UInt64) throws {
        let name = SegmentName(first: first)
        #expect(SegmentName(name.description) == name)
        #expect(SegmentName(name.aside) == nil)
        #expect(SegmentName(name.description.uppercased()) == nil)
        #expect(SegmentName("x" + name.description) == nil)
        #expect(SegmentName(String(name.description.dropFirst())) == nil)
        // Nobody wrote so many records: numbers after it would overflow.
        #expect(SegmentName(SegmentName(first: .max / 2 + first).description) == nil)
    }

    @Test(
        "keys that cannot be told apart or named are refused",
        arguments: [[], ["k1", "k1"], [""], ["K1"], ["k12345678"]])
    func keys(ids: [String]) {
        #expect(throws: JournalError(.invalidKeys)) {
            try JournalKeys(ids.map { JournalKeys.Key(id: $0, secret: TestFolder.key1.secret) })
        }
    }
}
