import Messaging
import Testing

@testable import Policy

@Suite("Cases for a policy") struct PolicyCaseTests {
    private func failure(_ line: String) -> String? {
        do throws(RequestProblem) {
            return try PolicyCase(json: Array(line.utf8)).disagreement(with: .shipped)
        } catch {
            return error.description
        }
    }

    private func promotion(at: String, expect: String, further: String = "") -> String {
        """
        {"to": "+13055550132", "body": "Reply STOP", "class": "promotional", "consent": {"evidence": "x"}, \(further)
        "at": "\(at)", "expect": \(expect)}
        """
    }

    @Test("what is as expected has nothing to say") func agreement() {
        let expect = #"{"outcome": "defer", "rules": ["quiet-hours.us-fl"], "notBefore": "2026-11-24T13:00:00Z"}"#
        #expect(failure(promotion(at: "2026-11-24T01:05:00Z", expect: expect)) == nil)
        #expect(failure(promotion(at: "2026-11-24T18:00:00Z", expect: #"{"outcome": "allow", "rules": []}"#)) == nil)
        let revoked = promotion(
            at: "2026-11-24T18:00:00Z", expect: #"{"rules": ["opt-out.program"]}"#, further: #""recorded": "revoked","#)
        #expect(failure(revoked) == nil)
    }

    @Test("what is otherwise is told") func disagreement() {
        let line = promotion(
            at: "2026-11-24T01:05:00Z",
            expect: #"{"outcome": "allow", "rules": [], "notBefore": "2026-11-24T14:00:00Z"}"#)
        #expect(
            failure(line)
                == "outcome defer instead of allow; rules quiet-hours.us-fl instead of none; "
                + "notBefore 2026-11-24T13:00:00.000Z instead of 2026-11-24T14:00:00Z")
    }

    @Test(
        "a line that cannot be read names its field",
        arguments: [
            ("", "line is not JSON in UTF-8"), ("{}", "at is missing"), (#"{"at": 5}"#, "at has the wrong type"),
            (#"{"at": "today", "expect": {}}"#, "at is not an RFC 3339 instant such as 2026-11-21T15:00:00Z"),
            (#"{"at": "2026-11-24T01:05:00Z", "expect": {"outcome": "maybe"}}"#, "expect.outcome is no outcome"),
            (#"{"at": "2026-11-24T01:05:00Z", "expect": {}}"#, "to is missing"),
        ]) func unreadable(line: String, expected: String)
    {
        #expect(failure(line) == expected)
    }

    @Test("two files differ in the values that differ") func difference() throws {
        func differences(_ left: String, _ right: String) throws -> [String] {
            try PolicyDifference.between(Array(left.utf8), Array(right.utf8)).map(\.description)
        }
        let one = "name: a\njurisdictions: {world: {}, US: {cap: {per24Hours: 3, kinds: [promotional]}}}\n"
        let two = "jurisdictions: {US: {cap: {per24Hours: 4, kinds: [promotional, reply]}}, world: {}}\nname: a\n"
        #expect(try differences(one, one) == [])
        #expect(
            try differences(one, two) == [
                "- jurisdictions.US.cap.kinds: [promotional]\n+ jurisdictions.US.cap.kinds: [promotional, reply]",
                "- jurisdictions.US.cap.per24Hours: 3\n+ jurisdictions.US.cap.per24Hours: 4",
            ])
        #expect(throws: PolicyProblem.self) { try differences(one, "x: 1\n") }
    }

    @Test("an exchanged policy judges from then on") func live() throws {
        let policy = LivePolicy(.shipped)
        #expect(policy.current.revision == PolicyEngine.shipped.revision)
        policy.replace(with: PolicyEngine(overlay: .development))
        #expect(policy.current.revision.name == "default+development")
    }

    @Test("the data beside the policy tells its version and age") func sources() throws {
        let now = try #require(parseRFC3339("2026-11-26T12:00:00Z"))
        let lines = PolicyDataSource.all(now: now).map(\.description)
        #expect(lines.contains("area-codes 2025-11-26, 365 days old"))
        #expect(lines.contains { $0.hasPrefix("tzdata 20") })
        #expect(PolicyDataSource.missingZones(in: .system) == nil)
        #expect(PolicyDataSource.missingZones(in: TimeZoneDatabase(folder: "/nonexistent")) != nil)
    }
}
