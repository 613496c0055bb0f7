import Foundation
import Messaging
import Testing

@testable import Policy

@Suite("Where a number may be") struct RecipientZonesTests {
    private func zones(_ number: String) -> (zones: [String], source: RecipientZones.Source)? {
        RecipientZones.shipped.area(number.utf8.dropFirst()).map {
            (RecipientZones.shipped.areas[$0.index].zones, $0.source)
        }
    }

    @Test("every zone is in tzdata") func known() {
        for zone in Set(RecipientZones.shipped.areas.flatMap(\.zones)) {
            #expect(TimeZoneDatabase.system.contains(zone), "\(zone)")
        }
    }

    @Test("no zone of phonenumbers is missing, and a number without a place has all zones of its country code")
    func cases() throws {
        let rows = try DataTable("zone_cases.csv").rows
        var geographic = 0
        var others = 0
        for row in rows where row[2] == "1" {
            // Codes of networks and services belong to no country.
            guard row[4] != "Etc/Unknown" else {
                #expect(zones(row[0]) == nil)
                continue
            }
            let found = try #require(zones(row[0]), "\(row[0].prefix(6))")
            let expected = Set(row[4].split(separator: "&").map(String.init))
            #expect(Set(found.zones).isSuperset(of: expected), "\(row[0])")
            if row[3] == "1" { geographic += 1 } else { others += 1 }
        }
        #expect(geographic > 500)
        #expect(others > 150)
    }

    @Test("what phonenumbers calls possible is never refused, and what it calls valid is valid") func plan() throws {
        for row in try DataTable("zone_cases.csv").rows {
            let judgement = NumberingPlan.shipped.judge(Array(row[0].utf8.dropFirst()))
            if row[1] == "1" {
                #expect(judgement == .valid || judgement == .notValid, "\(row[0])")
            }
            if row[2] == "1" { #expect(judgement == .valid, "\(row[0])") }
        }
        for (number, expected) in [
            ("15558675310", NumberingPlan.Judgement.valid), ("1415555013", .impossibleLength),
            ("2105551234", .unassignedCode),
            ("14155550132", .valid), ("11115550132", .notValid), ("442079460000", .valid), ("4420", .impossibleLength),
        ] {
            #expect(NumberingPlan.shipped.judge(Array(number.utf8)) == expected, "\(number)")
        }
    }

    @Test("area codes have the union of their region, the administrator's letters and their overlays")
    func areaCodes() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = folder.appending(path: "Scripts/data/nanp_candidate_zones.csv")
        let text = try String(contentsOf: path, encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
        let rows = csvRows(Array(lines.utf8)).dropFirst()
        #expect(rows.count == 451)
        for row in rows {
            let found = try #require(zones("+1\(row[0])5550132"))
            #expect(found.source == .areaCode)
            #expect(Set(found.zones) == Set(row[7].split(separator: "&").map(String.init)), "\(row[0])")
        }
    }

    @Test(
        "pitfalls",
        arguments: [
            // Two zones in one area code, overlays over two, and an area code that the library gives one zone only.
            ("+18505550132", ["America/Chicago", "America/New_York"], RecipientZones.Source.areaCode),
            ("+14485550132", ["America/Chicago", "America/New_York"], .areaCode),
            ("+19865550132", ["America/Boise", "America/Denver", "America/Los_Angeles"], .areaCode),
            // An Australian mobile begins like no city; a Sydney line does.
            (
                "+61412345678",
                [
                    "Australia/Adelaide", "Australia/Brisbane", "Australia/Eucla", "Australia/Lord_Howe",
                    "Australia/Perth",
                    "Australia/Sydney", "Indian/Christmas", "Indian/Cocos",
                ], .country
            ),
            ("+61291234567", ["Australia/Sydney"], .prefix),
            ("+33612345678", ["Europe/Paris"], .country), ("+919876543210", ["Asia/Kolkata"], .country),
            ("+5511987654321", ["America/Sao_Paulo"], .prefix),
        ]) func pitfalls(number: String, expected: [String], source: RecipientZones.Source) throws
    {
        let found = try #require(zones(number))
        #expect(found.zones == expected)
        #expect(found.source == source)
    }

    @Test("toll-free and unlisted numbers may be in any of the fifty states") func states() throws {
        for number in ["+18005550132", "+15558675310", "+18885550132", "+12995550132"] {
            let found = try #require(zones(number))
            #expect(found.source == .states)
            #expect(found.zones.count == 8)
            #expect(found.zones.contains("Pacific/Honolulu") && found.zones.contains("America/New_York"))
        }
        #expect(zones("+2105551234") == nil)
    }
}
