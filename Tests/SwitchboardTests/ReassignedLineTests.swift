import Foundation
import Messaging
import Policy
import Testing

@testable import Switchboard

@Suite("Answers on reassigned numbers from a file") struct ReassignedLineTests {
    private let keys: RecipientTokenKeys
    private let now = Date(timeIntervalSince1970: 1_795_273_200)
    private let asked = Date(timeIntervalSince1970: 1_795_000_000)

    init() throws {
        keys = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    private func read(_ fields: [String: String]) throws(RequestProblem) -> ReassignedLine {
        try ReassignedLine(fields, askedAt: asked, keys: keys, now: now)
    }

    @Test(
        "a number as it is kept or as the database is asked",
        arguments: ["+14155550132", "4155550132", "14155550132", "(415) 555-0132", "+1 415 555-0132"])
    func numbers(number: String) throws {
        let line = try read(["number": number, "date": "20260301", "answer": "no"])
        #expect(line.recipient == keys.tokens(for: try Address("+14155550132")))
    }

    @Test(
        "the spellings of the databases",
        arguments: [
            ("yes", Reassignment.Answer.yes), ("yes ", .yes), ("No", .no), ("no data", .noData), ("NO_DATA", .noData),
            ("no-data", .noData),
        ])
    func answers(text: String, answer: Reassignment.Answer) throws {
        let line = try read(["number": "4155550132", "date": "2026-03-01", "answer": text, "at": ""])
        let day = try #require(parseRFC3339("2026-03-01T00:00:00Z"))
        #expect(line.reassignment == Reassignment(answer, consentAt: day, at: asked))
    }

    @Test("a line says when the database was asked, where nothing says it for all") func instant() throws {
        let fields = ["number": "4155550132", "date": "20260301", "answer": "yes"]
        let problem = #expect(throws: RequestProblem.self) {
            try ReassignedLine(fields, askedAt: nil, keys: keys, now: now)
        }
        #expect(problem?.field == "at")
        // East of UTC the day has begun.
        #expect(throws: Never.self) {
            try read(["number": "4155550132", "date": "20261119", "answer": "no", "at": "2026-11-18T20:00:00Z"])
        }
        let line = try read(
            ["number": "4155550132", "date": "20260301", "answer": "yes", "at": "2026-04-01T10:00:00Z"])
        #expect(line.reassignment.at == parseRFC3339("2026-04-01T10:00:00Z"))
    }

    @Test(
        "a line that cannot be taken is named, without the number",
        arguments: [
            (["number": "415555013"], "number is no number"), (["number": "+442079460018"], "number is no number"),
            (["number": "1155550132"], "number is no number"), (["number": ""], "number is no number"),
            (["number": "٤١٥٥٥٥٠١٣٢"], "number is no number"), (["answer": "maybe"], "answer is none"),
            (["date": "03/01/2026"], "date is missing"), (["date": "20261301"], "date is missing"),
            (["date": "2026-3-011"], "date is missing"), (["date": "20270301"], "date is after"),
            (["at": "2036-01-01T00:00:00Z"], "at is yet to come"), (["at": "today"], "at is missing"),
        ])
    func mistakes(change: [String: String], said: String) throws {
        let good = ["number": "4155550132", "date": "20260301", "answer": "no"]
        let problem = #expect(throws: RequestProblem.self) { try read(good.merging(change) { $1 }) }
        #expect("\(try #require(problem))".contains(said))
        #expect(!"\(try #require(problem))".contains("4155550132"))
    }
}
