import FoundationEssentials
import Messaging

/// An instant as the API writes it: `Tue, 24 Nov 2026 05:01:45 +0000` (RFC 2822, section 3.3, in UTC).
func formatRFC2822(_ instant: Date) -> String {
    let text = Array(formatRFC3339(instant))
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    // 1970-01-01 was a Thursday.
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let day = Int((instant.timeIntervalSince1970 / 86_400).rounded(.down).clamped(to: -1_000_000...1_000_000_000))
    let weekday = days[(day % 7 + 7) % 7]
    let month = months[((Int(String(text[5...6])) ?? 1) - 1).clamped(to: 0...11)]
    return "\(weekday), \(String(text[8...9])) \(month) \(String(text[0...3])) \(String(text[11...18])) +0000"
}

extension Comparable {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
