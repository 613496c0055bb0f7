import Messaging
import Testing

@testable import Policy

@Suite("Policy files") struct PolicyDocumentTests {
    private func problem(_ yaml: String) -> String? {
        do throws(PolicyProblem) {
            _ = try PolicyDocument(yaml: Array(yaml.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test("the shipped file is read") func shipped() throws {
        let document = try PolicyDocument(yaml: PolicyDocument.shippedText)
        #expect(document.name == "default")
        #expect(PolicyDocument.shipped.contentHash == document.contentHash)
        for code in ["US", "US-FL", "CA", "GB", "EU", "FR", "IN", "BR", "AE", "world"] {
            let jurisdiction = try #require(document.jurisdictions.first { $0.code == code })
            for reference in [jurisdiction.law.quietHours?.reference] where code != "EU" { #expect(reference != nil) }
        }
    }

    @Test("comments, spacing and the order of keys make no other revision; a value does") func contentHash() throws {
        func hash(_ yaml: String) throws -> String { try PolicyDocument(yaml: Array(yaml.utf8)).contentHash }
        let one = try hash("name: a\njurisdictions: {world: {}, US: {}}\n")
        #expect(try hash("# x\njurisdictions:\n  US: {}\n  world:   {}\nname: 'a'\n") == one)
        #expect(try hash("name: b\njurisdictions: {world: {}, US: {}}\n") != one)
    }

    @Test(
        "what is wrong is told with line, column and path",
        arguments: [
            ("", "holds no policy"), ("# nothing\n", "holds no policy"),
            ("- a\n", "1:1: is not a mapping of keys to values"),
            ("name: a\n", "1:1: lacks jurisdictions"),
            (
                "name: a\njurisdictions: {}\n",
                "2:16: jurisdictions: lacks world, which holds for the countries that are not listed"
            ),
            (
                "nam: a\n",
                "1:1: nam: is not known; known here: calendars categories jurisdictions kinds limits linkShorteners name optOut overlays redaction smartEncoding"
            ),
            ("name: a\nname: b\n", "1:1: the key name stands twice"),
            (
                "name: a\njurisdictions:\n  world:\n    quietHours:\n      open: {daily: \"21:00-08:00\"}\n",
                "5:21: jurisdictions.world.quietHours.open.daily: ends before it begins; a window that crosses midnight is two, on two days"
            ),
            (
                "name: a\njurisdictions:\n  world: {quietHours: {open: {mon-fri: 9-17}}}\n",
                "3:40: jurisdictions.world.quietHours.open.mon-fri: is not a window such as 08:00-21:00, or closed"
            ),
            (
                "name: a\njurisdictions:\n  world: {quietHours: {open: {mon-fri: \"09:00-17:00\", fri: closed}}}\n",
                "3:55: jurisdictions.world.quietHours.open.fri: names Friday a second time"
            ),
            (
                "name: a\njurisdictions:\n  world: {quietHours: {open: {mon: closed}}}\n",
                "3:30: jurisdictions.world.quietHours.open: is never open"
            ),
            (
                "name: a\njurisdictions:\n  world: {quietHours: {open: {daily: \"08:00-20:00\"}, closedOn: mars}}\n",
                "3:64: jurisdictions.world.quietHours.closedOn: is no calendar of this file"
            ),
            (
                "name: a\njurisdictions:\n  Florida: {}\n",
                "3:3: jurisdictions.Florida: is no jurisdiction: a code of ISO 3166 such as US or US-FL, EU, or world"
            ),
            ("name: a\njurisdictions: {world: {}, US-FL: {}}\n", "2:16: jurisdictions: has US-FL without its country"),
            (
                "name: a\nlimits: {text: 5000}\njurisdictions: {world: {}}\n",
                "2:16: limits.text: is not a whole number of 1 to 1600"
            ),
            (
                "name: a\nkinds: {promotional: [x], transactional: [x]}\njurisdictions: {world: {}}\n",
                "2:43: kinds.transactional.0: is already of the kind promotional"
            ),
            (
                "name: a\njurisdictions: {world: {}}\noverlays: [{name: x, warnOnly: [opt-out]}]\n",
                "3:33: overlays.0.warnOnly.0: is never weakened: who said no gets nothing"
            ),
            (
                "name: a\njurisdictions: {world: {}}\noverlays: [{name: x, warnOnly: [cap], cap: {per24Hours: 3}}]\n",
                "3:12: overlays.0: contradicts itself: it sets cap and lets cap only warn"
            ),
            (
                "name: a\njurisdictions: {world: {}}\noverlays: [{name: x, mode: prod}]\n",
                "3:28: overlays.0.mode: is no mode: development staging live"
            ),
            (
                "name: a\njurisdictions: {world: {}}\noverlays: [{name: x}, {name: x}]\n",
                "3:23: overlays.1: has the name of another overlay, x"
            ),
            (
                "name: a\njurisdictions: {world: {forbidden: {drugs: block}}}\n",
                "2:37: jurisdictions.world.forbidden.drugs: is no category of this file"
            ),
            ("a: &x [1]\nb: *x\n", "1:4: has an anchor or an alias, which are not allowed"),
            ("a: \"\u{1}\n", "is not YAML"), ("a: [\n", "2:1: is not YAML: did not find expected node content"),
        ]) func problems(yaml: String, expected: String)
    {
        #expect(problem(yaml) == expected)
    }

    @Test("holidays that cannot be are refused") func calendars() {
        for date in [
            "02-29", "13-01", "04-31", "fifth monday of may", "first noday of may", "easter+999", "1-1", "easter+x",
        ] {
            let yaml = "name: a\ncalendars: {c: {days: {x: \(date)}}}\njurisdictions: {world: {}}\n"
            #expect(problem(yaml)?.hasPrefix("2:27: calendars.c.days.x: is no date") == true, "\(date)")
        }
    }

    @Test("hostile files end in an error: deep, wide, not UTF-8, large") func hostile() {
        #expect(problem(String(repeating: "[", count: 100_000)) == "1:33: is nested too deeply")
        #expect(problem(String(repeating: "- ", count: 100_000)) == "1:65: is nested too deeply")
        #expect(
            problem((0..<500).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"))?.hasSuffix(
                "is nested too deeply") == true)
        #expect(problem(String(repeating: " ", count: PolicyDocument.maximumSize + 1)) == "has over 262144 bytes")
        #expect(throws: PolicyProblem.self) { try PolicyDocument(yaml: [0x6E, 0xFF, 0xFE]) }
        #expect(throws: PolicyProblem.self) { try PolicyDocument(yaml: [0, 0, 0, 0]) }
    }

    @Test("a file that is changed at random is read or refused, never a trap") func fuzz() async {
        var generator = SeededGenerator(seed: 3)
        var refused = 0
        for _ in 0..<400 {
            await Task.yield()
            do throws(PolicyProblem) {
                let document = try PolicyDocument(yaml: mutated(PolicyDocument.shippedText, using: &generator))
                #expect(!document.jurisdictions.isEmpty)
            } catch {
                refused += 1
                #expect(!error.problem.isEmpty)
            }
        }
        #expect(refused > 50)
    }
}
