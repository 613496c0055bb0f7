import FoundationEssentials
import Messaging

/// Reads a date in the form of mail (RFC 5322, section 3.3) as the API writes it, `Fri, 21 Nov 2026 15:00:00 +0000`,
/// which is also that of HTTP headers (RFC 9110, section 5.6.7), whose zone is `GMT`; nil for anything else.
func parseMailDate(_ text: String) -> Date? {
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 6, words[0].utf8.count == 4, words[0].utf8.last == UInt8(ascii: ","), words[3].utf8.count == 4,
        let month = months.firstIndex(of: String(words[2]))
    else { return nil }
    let zone: String
    switch Array(words[5].utf8) {
    case let name where name == Array("GMT".utf8) || name == Array("UTC".utf8): zone = "Z"
    case let offset where offset.count == 5:
        zone = String(decoding: offset[..<3], as: UTF8.self) + ":" + String(decoding: offset[3...], as: UTF8.self)
    default: return nil
    }
    let day = words[1].utf8.count == 1 ? "0\(words[1])" : String(words[1])
    return parseRFC3339("\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(day)T\(words[4])\(zone)")
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/// Reads a `Retry-After` header (RFC 9110, section 10.2.3), seconds or a date, as seconds from `now`: at most a day, since
/// a larger number would be a mistake, and 0 for a date that has passed. Nil for anything else.
func parseRetryAfter(_ text: String, now: Date) -> Double? {
    let longest = 86_400.0
    if !text.isEmpty, text.utf8.allSatisfy(isDigit) { return Double(text).map { min($0, longest) } }
    return parseMailDate(text).map { min(max($0.timeIntervalSince(now), 0), longest) }
}
