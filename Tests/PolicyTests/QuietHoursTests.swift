import Foundation
import Messaging
import Testing

@testable import Policy

@Suite("Quiet hours") struct QuietHoursTests {
    private func decide(
        _ to: String, at: String, class messageClass: MessageClass = .promotional, zone: String? = nil,
        region: String? = nil, isTrusted: Bool = true, engine: PolicyEngine = .shipped
    ) throws -> Decision {
        var request = SendRequest(to: try Address(to), body: "Sale. Reply STOP to end.")
        request.consentEvidence = "signup-1"
        request.recipient.timeZone = zone
        request.recipient.region = region
        let candidate = Candidate(
            request: request, text: request.body, app: "shop", messageClass: messageClass, purpose: "spring",
            isTrusted: isTrusted)
        return engine.decide(candidate, facts: nil, now: try #require(parseRFC3339(at)))
    }

    private func quietRules(_ decision: Decision) -> [String] {
        decision.reasons.map(\.rule).filter { $0.hasPrefix("quiet-hours") }
    }

    @Test("the example of the contract") func florida() throws {
        let decision = try decide("+13055550132", at: "2026-11-24T01:05:00Z")
        #expect(decision.outcome == .defer)
        let reason = try #require(decision.reasons.first)
        #expect(reason.rule == "quiet-hours.us-fl")
        #expect(reason.why == "20:05 in America/New_York; open 08:00-20:00")
        #expect(reason.reference == "Fla. Stat. 501.616(6)(a)")
        #expect(decision.passed.contains("quiet-hours.us"))
        #expect(decision.facts.jurisdictions == ["US", "US-FL"])
        #expect(decision.notBefore.map(formatRFC3339) == "2026-11-24T13:00:00.000Z")
        #expect(decision.policy.timeZones == TimeZoneDatabase.system.version)
    }

    @Test(
        "windows are half-open, to the second",
        arguments: [
            ("2026-11-24T12:59:59.999Z", false), ("2026-11-24T13:00:00Z", true), ("2026-11-25T01:59:59.999Z", true),
            ("2026-11-25T02:00:00Z", false),
        ]) func halfOpen(at: String, isOpen: Bool) throws
    {
        #expect(quietRules(try decide("+12125550132", at: at)).isEmpty == isOpen)
    }

    @Test("all zones that are possible must be open") func allZones() throws {
        // 21:30 in Pensacola (Central), 22:30 in Tallahassee: 850 is both, and Florida ends at 20:00.
        #expect(
            quietRules(try decide("+18505550132", at: "2026-11-24T13:30:00Z")) == [
                "quiet-hours.us", "quiet-hours.us-fl",
            ])
        #expect(quietRules(try decide("+18505550132", at: "2026-11-24T14:00:00Z")).isEmpty)
        // Toll-free: from 08:00 in Honolulu to 21:00 in New York.
        for (at, isOpen) in [
            ("2026-01-15T17:59:59Z", false), ("2026-01-15T18:00:00Z", true), ("2026-01-16T01:59:59Z", true),
            ("2026-01-16T02:00:00Z", false), ("2026-07-15T18:00:00Z", true), ("2026-07-16T01:00:00Z", false),
        ] {
            #expect(quietRules(try decide("+18005550132", at: at)).isEmpty == isOpen, "\(at)")
        }
    }

    @Test(
        "states that are stricter than the federation",
        arguments: [
            // Rhode Island: Sunday is closed, Saturday 10-17, and Victory Day is a holiday of its own.
            ("+14015550132", "2026-11-22T17:00:00Z", "quiet-hours.us-ri"),
            ("+14015550132", "2026-11-21T14:59:00Z", "quiet-hours.us-ri"), ("+14015550132", "2026-11-21T15:00:00Z", ""),
            ("+14015550132", "2026-08-10T16:00:00Z", "quiet-hours.us-ri"),
            // Louisiana: Mardi Gras. Alabama: the fourth Monday of April.
            ("+15045550132", "2027-02-09T18:00:00Z", "quiet-hours.us-la"), ("+15045550132", "2027-02-10T18:00:00Z", ""),
            ("+12055550132", "2027-04-26T18:00:00Z", "quiet-hours.us-al"), ("+12055550132", "2027-04-27T18:00:00Z", ""),
            // Pennsylvania: from nine to seven, never on Sundays. Oregon ends at eight.
            ("+12155550132", "2026-11-24T13:59:00Z", "quiet-hours.us-pa"), ("+12155550132", "2026-11-24T14:00:00Z", ""),
            ("+12155550132", "2026-11-25T00:00:00Z", "quiet-hours.us-pa"),
            ("+12155550132", "2026-11-22T17:00:00Z", "quiet-hours.us-pa"),
            ("+15035550132", "2026-11-25T04:00:00Z", "quiet-hours.us-or"), ("+15035550132", "2026-11-25T03:59:00Z", ""),
            // Tennessee: until nine. Utah: never on Sundays, nor on Pioneer Day.
            ("+16155550132", "2026-11-25T02:59:00Z", ""),
            ("+18015550132", "2026-11-22T18:00:00Z", "quiet-hours.us-ut"),
            ("+18015550132", "2026-07-24T18:00:00Z", "quiet-hours.us-ut"),
            ("+16055550132", "2026-11-22T18:00:00Z", "quiet-hours.us-sd"),
            ("+13075550132", "2026-11-25T03:00:00Z", "quiet-hours.us-wy"),
        ]) func states(to: String, at: String, rule: String) throws
    {
        #expect(quietRules(try decide(to, at: at)) == (rule.isEmpty ? [] : [rule]), "\(to) at \(at)")
    }

    @Test("a trusted app's zone replaces the number's, its region only adds laws; an untrusted one's count for nothing")
    func request() throws {
        // 01:30Z is 17:30 in Los Angeles and 20:30 in Florida.
        let at = "2026-11-24T01:30:00Z"
        #expect(quietRules(try decide("+13055550132", at: at, zone: "America/Los_Angeles")).isEmpty)
        let moved = try decide("+13055550132", at: at, zone: "America/Los_Angeles", region: "US-CA")
        #expect(moved.facts.jurisdictions == ["US", "US-FL", "US-CA"])
        #expect(moved.facts.zoneSource == "request")
        #expect(
            quietRules(try decide("+14155550132", at: at, zone: "America/New_York", region: "US-FL")) == [
                "quiet-hours.us-fl"
            ])
        let untrusted = try decide(
            "+13055550132", at: at, zone: "America/Los_Angeles", region: "US-CA", isTrusted: false)
        #expect(quietRules(untrusted) == ["quiet-hours.us-fl"])
        #expect(untrusted.facts.jurisdictions == ["US", "US-FL"])
        let unknown = try decide("+13055550132", at: at, zone: "Mars/Olympus")
        #expect(quietRules(unknown) == ["quiet-hours.request-zone", "quiet-hours.us-fl"])
        #expect(unknown.facts.zones == ["America/New_York"])
    }

    @Test("only what sells has quiet hours") func transactional() throws {
        let decision = try decide("+13055550132", at: "2026-11-24T08:00:00Z", class: .transactional)
        #expect(decision.outcome == .allow)
        #expect(decision.notBefore == nil)
    }

    @Test("no zone, no promotional message") func unknownZone() throws {
        let decision = try decide("messenger:1234567890", at: "2026-11-24T18:00:00Z")
        #expect(quietRules(decision) == ["quiet-hours.unknown-zone"])
        #expect(decision.outcome == .block)
        #expect(try decide("messenger:1234567890", at: "2026-11-24T18:00:00Z", zone: "Europe/Paris").outcome != .block)
        let blind = PolicyEngine(timeZones: TimeZoneDatabase(folder: "/nonexistent"))
        #expect(
            quietRules(try decide("+12125550132", at: "2026-11-24T18:00:00Z", engine: blind)) == [
                "quiet-hours.unknown-zone"
            ])
    }

    @Test(
        "Sundays and holidays",
        arguments: [
            // Alabama: no Sundays, no holidays; Thanksgiving 2026 is 26 November.
            ("+12055550132", "2026-11-26T18:00:00Z", "2026-11-27T14:00:00.000Z"),
            ("+12055550132", "2026-11-29T18:00:00Z", "2026-11-30T14:00:00.000Z"),
            // Independence Day 2026 is a Saturday, kept on Friday as well; then Sunday.
            ("+12055550132", "2026-07-03T18:00:00Z", "2026-07-06T13:00:00.000Z"),
            // France: Easter Monday, and a Sunday before it.
            ("+33612345678", "2026-04-05T10:00:00Z", "2026-04-07T06:00:00.000Z"),
            // Texas: Sundays from noon.
            ("+12145550132", "2026-11-29T15:30:00Z", "2026-11-29T18:00:00.000Z"),
        ]) func closedDays(to: String, at: String, open: String) throws
    {
        let decision = try decide(to, at: at)
        #expect(decision.outcome == .defer)
        #expect(decision.notBefore.map(formatRFC3339) == open)
    }

    @Test("in development quiet hours only warn, and do not lengthen other waits") func development() throws {
        let engine = PolicyEngine(overlay: .development)
        let decision = try decide("+13055550132", at: "2026-11-24T08:00:00Z", engine: engine)
        #expect(decision.outcome == .warn)
        #expect(decision.notBefore != nil)
        let now = try #require(parseRFC3339("2026-11-24T08:00:00Z"))
        var request = SendRequest(to: try Address("+13055550132"), body: "Reply STOP to end.")
        request.consentEvidence = "x"
        request.sendAt = now.addingTimeInterval(30)
        let candidate = Candidate(
            request: request, text: request.body, app: "shop", messageClass: .promotional, purpose: "spring",
            isTrusted: true)
        #expect(engine.decide(candidate, facts: nil, now: now).notBefore == request.sendAt)
    }

    @Test("where no instant of a week is open everywhere, the message is blocked and the reason says so")
    func never() throws {
        let yaml = """
            name: never
            jurisdictions:
              US: {quietHours: {open: {mon: "08:00-12:00"}}}
              US-FL: {quietHours: {open: {mon: "12:00-20:00"}}}
              world: {}
            """
        let engine = PolicyEngine(try PolicyDocument(yaml: Array(yaml.utf8)))
        let decision = try decide("+13055550132", at: "2026-11-24T08:00:00Z", engine: engine)
        #expect(decision.outcome == .block)
        #expect(quietRules(decision).contains("quiet-hours.never-open"))
        #expect(decision.notBefore == nil)
    }

    @Test("holidays as they were and will be") func holidays() throws {
        let shipped = PolicyDocument.shipped.jurisdictions
        let american = try #require(shipped.first { $0.code == "US-PA" }?.law.quietHours?.hours.holidays)
        let french = try #require(shipped.first { $0.code == "FR" }?.law.quietHours?.hours.holidays)
        func day(_ year: Int, _ month: Int, _ day: Int) -> Int { daysSince1970(year: year, month: month, day: day) }
        #expect(american.holiday(on: day(2026, 1, 19)) == "Martin Luther King Jr. Day")
        #expect(american.holiday(on: day(2026, 5, 25)) == "Memorial Day")
        #expect(american.holiday(on: day(2027, 12, 31)) == "New Year's Day")
        #expect(american.holiday(on: day(2028, 1, 1)) == "New Year's Day")
        #expect(american.holiday(on: day(2023, 1, 2)) == "New Year's Day")
        #expect(american.holiday(on: day(2026, 11, 27)) == nil)
        #expect(french.holiday(on: day(2026, 5, 14)) == "Ascension")
        #expect(french.holiday(on: day(2027, 5, 17)) == "Lundi de Pentecôte")
        // Easter Sundays (US Naval Observatory).
        for (year, month, date) in [
            (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (2049, 4, 18),
        ] {
            #expect(CivilDay.easter(year) == day(year, month, date))
        }
    }

    @Test("the first open instant is what a walk second by second finds, across changes of the clocks too")
    func walk() async throws {
        var generator = SeededGenerator(seed: 7)
        let names = [
            "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "America/Nuuk", "Asia/Kolkata", "Africa/Cairo",
        ]
        for _ in 0..<150 {
            await Task.yield()
            let name = try #require(names.randomElement(using: &generator))
            let zone = TimeZoneDatabase.system[try #require(TimeZoneDatabase.system.index(of: name))]
            var weekdays: [[OpenHours.Window]] = []
            for _ in 0..<7 {
                let start = Int.random(in: 0..<20, using: &generator) * 1800
                let length = Int.random(in: 1...6, using: &generator) * 1800
                weekdays.append(Bool.random(using: &generator) ? [] : [start..<start + length])
            }
            let hours = OpenHours(weekdays: weekdays, holidays: nil, description: "")
            // Around a change of the clocks.
            let base = zone.nextChange(after: 1_790_000_000) ?? 1_793_000_000
            let start = base + Int.random(in: -86_400...3600, using: &generator)
            let found = hours.firstOpen(from: start, limit: start + 3 * 86_400, in: zone)
            let walked = stride(from: start, through: start + 3 * 86_400, by: 1).first {
                hours.isOpen(at: $0, offset: zone.offset(at: $0))
            }
            #expect(found == walked, "\(name) \(start) \(weekdays)")
        }
    }

    @Test("widening a window never makes a message wait longer, another zone never shorter") func monotone()
        async throws
    {
        var generator = SeededGenerator(seed: 11)
        let zone = TimeZoneDatabase.system[try #require(TimeZoneDatabase.system.index(of: "America/Chicago"))]
        for _ in 0..<300 {
            await Task.yield()
            let start = 1_795_000_000 + Int.random(in: 0..<10_000_000, using: &generator)
            let from = Int.random(in: 1..<40_000, using: &generator)
            let to = from + Int.random(in: 1..<40_000, using: &generator)
            let narrow = OpenHours(weekdays: Array(repeating: [from..<to], count: 7), holidays: nil, description: "")
            let wide = OpenHours(
                weekdays: Array(repeating: [from - 1..<to + 1], count: 7), holidays: nil, description: "")
            let limit = start + QuietHoursRule.horizon
            let first = try #require(wide.firstOpen(from: start, limit: limit, in: zone))
            #expect(first <= (try #require(narrow.firstOpen(from: start, limit: limit, in: zone))))
        }
        let at = "2026-07-15T12:00:00Z"
        let one = try #require(try decide("+12125550132", at: at, zone: "America/Los_Angeles").notBefore)
        let many = try #require(try decide("+18005550132", at: at).notBefore)
        #expect(many >= one)
    }
}
