import Foundation
import Messaging
import Policy
import Synchronization
import Testing

@testable import Switchboard

@Suite("Consent from a file") struct ConsentImportTests {
    private let keys: RecipientTokenKeys
    private let now = Date(timeIntervalSince1970: 1_795_273_200)
    private static let service = "MG" + String(repeating: "5", count: 32)

    init() throws {
        keys = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    private func read(_ text: String) -> (changes: [(line: Int, ConsentChange)], problems: [String]) {
        let (changes, problems) = LineFile(bytes: Array(text.utf8), fields: ConsentLine.fields).read {
            fields, line throws(RequestProblem) in
            try ConsentLine(fields, source: "import:list.csv:\(line)", keys: keys, now: now).change
        }
        return (changes, problems)
    }

    @Test("CSV, with its line as the evidence where it names none") func csv() throws {
        let (changes, problems) = read(
            "\u{FEFF}to,kind,at,program,evidence,keyword\r\n"
                + "+14155550132,revoked,2026-01-02T03:04:05Z,\(Self.service),ticket-7,STOP\r\n\r\n"
                + "whatsapp:+14155550132,granted,2026-01-02T03:04:05Z,*,,\r\n")
        #expect(problems == [])
        #expect(changes.map(\.line) == [2, 4])
        let (first, second) = (try #require(changes.first?.1), try #require(changes.last?.1))
        #expect(first.kind == .revoked)
        #expect(first.recipient == keys.tokens(for: try Address("+14155550132")).first)
        #expect(first.programs == [Self.service])
        #expect(first.evidence == "ticket-7")
        #expect(first.keyword == "STOP")
        #expect(first.at == parseRFC3339("2026-01-02T03:04:05Z"))
        #expect(second.programs == [ConsentChange.everything])
        #expect(second.evidence == "import:list.csv:4")
        #expect(second.keyword == nil)
    }

    @Test("a SID that an operator names as evidence does not pass for the message that came") func namedSID() {
        let sid = "SM" + String(repeating: "a", count: 32)
        #expect(ConsentLine.apart(sid, "operator") == "operator:\(sid)")
        #expect(ConsentLine.apart("ticket-7", "operator") == "ticket-7")
    }

    @Test("what is exported is read again as it was; a SID may stand on several lines") func roundTrip() throws {
        let sid = "SM" + String(repeating: "a", count: 32)
        let token = try #require(keys.tokens(for: try Address("+14155550132")).first)
        let words = [Self.service, "+15005550006", "My Shop 24", "rcs-agent_1", ConsentChange.everything].map {
            program in
            ConsentWord(
                recipient: token, program: program, kind: .revoked,
                at: Date(timeIntervalSince1970: 1_767_323_045.25), evidence: sid, keyword: "stop \"texting\" me")
        }
        let text = words.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: "\n")
        let (changes, problems) = read(text + "\n\n")
        #expect(problems == [])
        #expect(changes.map { $0.1.programs } == words.map { [$0.program] })
        for (word, (_, change)) in zip(words, changes) {
            #expect(change.recipient == word.recipient)
            #expect(change.at == word.at)
            #expect(change.keyword == word.keyword)
            #expect(change.evidence == "import:\(sid)")
        }
    }

    /// Members of a line → what is said of it.
    static let mistakes: [([String: String], String)] = [
        (["to": "4155550132"], "to is no number"), (["to": ""], "to or recipient must be given"),
        (["kind": "stop"], "kind is neither"), (["at": ""], "at is missing"), (["at": "yesterday"], "at is missing"),
        (["at": "2036-01-02T03:04:05Z"], "at is yet to come"), (["program": ""], "program is missing"),
        (["program": "MG1"], "program is neither"), (["program": "+1 415"], "program is neither"),
        (["program": "15551234567"], "program is neither"), (["program": "(555) 123-4567"], "program is neither"),
        (["program": "whatsapp:+15551234567"], "program is neither"),
        (["program": "mg" + String(repeating: "a", count: 32)], "program is neither"),
        (["program": "MG" + String(repeating: "O", count: 32)], "program is neither"),
        (["program": "a\u{7}b"], "program is neither"),
        (["scope": "everything", "program": "MG1"], "program is missing"),
        (["x": "y"], "line has a field that is none of at, evidence,"), (["+14155550132": "y"], "line has a field"),
        (["recipient": "ph_k1_ABCDEFGHIJKLMNOPQRSTUVWXYZ"], "and not both"),
        (["to": "", "recipient": "ph_k9_ABCDEFGHIJKLMNOPQRSTUVWXYZ"], "SWITCHBOARD_TOKEN_KEYS lacks"),
        (["to": "", "recipient": "+14155550132"], "is not a recipient token"),
        (["evidence": "+14155550132"], "evidence is a phone number"),
    ]

    @Test("a line that cannot be taken is named, without what it says of the person", arguments: mistakes)
    func wrongLine(change: [String: String], said: String) throws {
        let good = ["to": "+14155550132", "kind": "revoked", "at": "2026-01-02T03:04:05Z", "program": "*"]
        func line(_ fields: [String: String]) throws -> String {
            String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
        }
        let text = try [line(good), "", line(good.merging(change) { $1 }), line(good)].joined(separator: "\n")
        let (changes, problems) = read(text)
        #expect(changes.map(\.line) == [1, 4])
        #expect(problems.count == 1)
        let problem = try #require(problems.first)
        #expect(problem.hasPrefix("line 3: "))
        #expect(problem.contains(said), "\(problem)")
        #expect(!problem.contains("4155550132"))
    }

    @Test("the digest is that of the file as it is, whatever marks its beginning") func digest() {
        let file = LineFile(bytes: [0xEF, 0xBB, 0xBF] + Array("to,kind\n".utf8), fields: ConsentLine.fields)
        // By sha256sum.
        #expect(file.digest == "70082736be46f53923b0932f9b987601cb091501c82275de6da4fdc67d4160c1")
    }

    @Test("rows that are none") func rows() {
        #expect(read("to,kind\n+14155550132").problems == ["line 2: row has 1 cells; the header has 2"])
        #expect(
            read("+14155550132,revoked").problems == [
                "line 1: header column 1 is none of at, evidence, keyword, kind, program, recipient, scope, to: a CSV file "
                    + "names its columns first"
            ])
        #expect(read("[{\"to\":\"x\"}]").problems.count == 1)
        #expect(read("\u{FEFF}{\"to\":\"x\"}").problems.map { $0.prefix(12) } == ["line 1: kind"])
        #expect(read("to,to\n1,2").problems == ["line 1: header names a column twice"])
        #expect(read("{\n[]\n{\"to\":7}").problems.map { $0.prefix(7) } == ["line 1:", "line 2:", "line 3:"])
        #expect(read("").problems == [])
    }

    @Test("lines are counted by whether they changed anything") func applying() async {
        var shown: [Int] = []
        let ledger = CountingLedger(failsAt: .max)
        let outcome = await LineImport(record: { try await ledger.apply($0) }, progress: { shown.append($0) })
            .apply(lines)
        #expect(outcome == LineImportOutcome(changed: 500, unchanged: 500, failures: []))
        #expect(shown == Array(1...1000))
    }

    @Test("after a failure, which names its line, no more are tried") func failing() async {
        let ledger = CountingLedger(failsAt: 300)
        let outcome = await LineImport(record: { try await ledger.apply($0) }).apply(lines)
        #expect(!outcome.failures.isEmpty)
        #expect(outcome.failures.allSatisfy { $0.hasPrefix("line ") })
        #expect(ledger.calls < 1000)
    }

    private var lines: [(line: Int, ConsentChange)] {
        (1...1000).map {
            (
                $0,
                ConsentChange(
                    kind: .revoked, recipient: RecipientToken("ph_k1_a"), programs: ["*"], evidence: "e", keyword: nil,
                    at: now)
            )
        }
    }
}

/// Says of every other change that it is the last word.
private final class CountingLedger: StatusLedger {
    struct Away: Error {}

    private let failsAt: Int
    private let count = Mutex(0)
    var calls: Int { count.withLock { $0 } }

    init(failsAt: Int) {
        self.failsAt = failsAt
    }

    func apply(_ change: ConsentChange) async throws -> Bool {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number >= failsAt { throw Away() }
        return number % 2 == 0
    }

    func record(_ report: StatusReport) async throws -> Bool { false }
    func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws {}
    func consentKnownAt() async throws -> Date? { nil }
    func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts {
        RecipientFacts(consent: .none, consentEpoch: 0)
    }
    func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation? { nil }
}
