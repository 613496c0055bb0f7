import FoundationEssentials

/// The latest stamp: in the year 2255, and exact as a `Double`.
private let latestStamp = 9_000_000_000_000_000.0

/// A time of receipt as the spool keeps it: whole microseconds since 1970, never later than the time itself.
func receiptStamp(_ time: Date) -> UInt64 {
    UInt64(min(max(0, (time.timeIntervalSince1970 * 1_000_000).rounded(.down)), latestStamp))
}

/// The time of a stamp.
func receiptTime(_ stamp: UInt64) -> Date {
    Date(timeIntervalSince1970: min(Double(stamp), latestStamp) / 1_000_000)
}
