import Foundation
import Messaging
import Policy

/// A line of the answers of a database of reassigned numbers.
struct ReassignedLine {
    static let fields: Set<String> = ["number", "date", "answer", "at"]

    /// Under every key, the newest first.
    let recipient: [RecipientToken]
    let reassignment: Reassignment

    /// - Parameters:
    ///   - fields: by their names; an empty value counts as none.
    ///   - askedAt: when the database was asked, where the line does not say it; nil where each must.
    /// - Throws: ``RequestProblem`` that names the field.
    init(
        _ fields: [String: String], askedAt: Date?, keys: RecipientTokenKeys, now: Date
    ) throws(RequestProblem) {
        let given = fields.mapValues { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.value.isEmpty }
        recipient = try Self.recipient(given["number"] ?? "", keys)
        guard let answer = given["answer"].flatMap(Self.answer) else {
            throw RequestProblem(field: "answer", problem: "is none of yes, no, no-data")
        }
        guard let consentAt = given["date"].flatMap(Self.day) else {
            throw RequestProblem(field: "date", problem: "is missing or no day such as 2026-03-01 or 20260301")
        }
        // Not taken for now: an answer that is recorded again would pass for a newer one.
        guard let at = given["at"].map({ parseRFC3339($0) }) ?? askedAt else {
            throw RequestProblem(
                field: "at", problem: "is missing or no RFC 3339 instant; --asked-at says it for all lines")
        }
        // It would outlast every answer until then.
        guard at <= now else { throw RequestProblem(field: "at", problem: "is yet to come") }
        // A day begins earlier in the east.
        guard consentAt <= at.addingTimeInterval(86_400) else {
            throw RequestProblem(field: "date", problem: "is after the database was asked")
        }
        reassignment = Reassignment(answer, consentAt: consentAt, at: at)
    }

    /// A number of the North American plan, which is all that the database knows: in E.164, or the ten digits that it is asked
    /// with.
    private static func recipient(
        _ text: String, _ keys: RecipientTokenKeys
    ) throws(RequestProblem) -> [RecipientToken] {
        let digits = text.filter { !" -.()".contains($0) }
        let number =
            switch digits.utf8.count {
            case 10: "+1" + digits
            case 11: "+" + digits
            default: digits
            }
        // An area code begins with 2 to 9.
        guard isE164Number(number), number.hasPrefix("+1"), number.utf8.count == 12,
            number.utf8.dropFirst(2).first.map({ $0 >= UInt8(ascii: "2") }) == true,
            case let tokens = keys.tokens(for: try Address(number)), !tokens.isEmpty
        else { throw RequestProblem(field: "number", problem: "is no number of the North American plan") }
        return tokens
    }

    /// In the spellings of the databases that are asked: "no data", "NO_DATA", "Yes".
    private static func answer(_ text: String) -> Reassignment.Answer? {
        let word = text.lowercased().map { " _".contains($0) ? "-" : $0 }
        return Reassignment.Answer(String(word))
    }

    /// The beginning of a day in UTC.
    private static func day(_ text: String) -> Date? {
        var day = text
        if text.utf8.count == 8, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            day = "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
        }
        return day.utf8.count == 10 ? parseRFC3339(day + "T00:00:00Z") : nil
    }
}
