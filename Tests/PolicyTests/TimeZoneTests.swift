import Foundation
import Testing

@testable import Policy

@Suite("Time zones") struct TimeZoneTests {
    private let database = TimeZoneDatabase.system

    @Test("offsets are those of Python's zoneinfo, at and around every change of the clocks") func offsets() throws {
        let rows = try DataTable("local_times.csv").rows
        #expect(rows.count > 1000)
        for row in rows {
            let zone = database[try #require(database.index(of: row[0]), "tzdata lacks \(row[0])")]
            let at = try #require(Int(row[1]))
            #expect(zone.offset(at: at) == Int(row[2]), "\(row[0]) at \(at)")
        }
    }

    @Test("the next change is the first instant of the new offset") func changes() throws {
        for name in ["America/New_York", "Europe/Dublin", "Africa/Casablanca", "America/Nuuk", "Asia/Kolkata"] {
            let zone = database[try #require(database.index(of: name))]
            var instant = 1_700_000_000
            var count = 0
            while let change = zone.nextChange(after: instant), count < 40 {
                #expect(zone.offset(at: change) != zone.offset(at: change - 1))
                #expect(zone.offset(at: change - 1) == zone.offset(at: instant))
                instant = change
                count += 1
            }
            #expect((count > 0) == (name != "Asia/Kolkata"))
        }
    }

    @Test("rules of POSIX as zones end in them")
    func rules() throws {
        #expect(TimeZoneRule("EST5EDT,M3.2.0,M11.1.0".utf8)?.standard == -18_000)
        #expect(TimeZoneRule("<+0330>-3:30".utf8)?.standard == 12_600)
        let dublin = try #require(TimeZoneRule("IST-1GMT0,M10.5.0,M3.5.0/1".utf8))
        #expect(dublin.standard == 3600)
        #expect(dublin.summer?.offset == 0)
        let nuuk = try #require(TimeZoneRule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0".utf8))
        // 2026-03-28T23:00 local is 2026-03-29T01:00Z.
        #expect(nuuk.changes(years: 2026...2026).first?.at == 1_774_746_000)
        // Summer time all year long (RFC 9636, section 3.3.1).
        let always = try #require(TimeZoneRule("XXX3EDT4,0/0,J365/23".utf8))
        let offsets = TimeZoneOffsets(initial: -14_400, changes: always.changes(years: 1999...2030))
        #expect(offsets.offset(at: 1_790_000_000) == -14_400)
        #expect(offsets.nextChange(after: 1_700_000_000).map { $0 > 1_890_000_000 } ?? true)
        for text in ["", "E5", "EST", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.2.0", "EST99", "<EST5", "EST5EDT4,J0,J1"] {
            #expect(TimeZoneRule(text.utf8) == nil, "\(text)")
        }
    }

    @Test("a file that is cut off or changed ends in an error or in offsets, never in a trap") func hostile()
        async throws
    {
        let path = TimeZoneDatabase.systemFolder + "/America/New_York"
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let whole = try TimeZoneFile.read(bytes)
        for end in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: TimeZoneProblem.self) { try TimeZoneFile.read(Array(bytes[..<end])) }
        }
        var generator = SeededGenerator(seed: 1)
        var refused = 0
        for _ in 0..<4000 {
            await Task.yield()
            do {
                let zone = try TimeZoneFile.read(mutated(bytes, using: &generator))
                #expect(abs(zone.offset(at: 1_790_000_000)) < 100_000)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 400)
        #expect(whole.offset(at: 1_795_291_200) == -18_000)
        let broken = TimeZoneDatabase(files: ["A/B": bytes, "C/D": Array(bytes.prefix(100))], version: "1")
        #expect(broken.count == 1)
        #expect(broken.problems.count == 1)
    }

    @Test("the version is tzdata's; a folder that is not there has no zones") func version() {
        #expect(database.version.wholeMatch(of: /20\d\d[a-z]+/) != nil)
        let none = TimeZoneDatabase(folder: "/nonexistent")
        #expect(none.count == 0)
        #expect(none.version == "unknown")
    }
}
