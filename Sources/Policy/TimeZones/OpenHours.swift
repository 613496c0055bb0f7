import Messaging

/// When messages may be sent, by the clock on the wall: windows of each weekday, half-open, with closed holidays.
struct OpenHours: Sendable, Equatable {
    /// Seconds after midnight; the end is not part of it.
    typealias Window = Range<Int>

    /// Monday first; the windows of a day are ascending and apart from each other.
    let weekdays: [[Window]]
    /// Days of it are closed.
    let holidays: HolidayCalendar?
    /// As people read it: `08:00-20:00`.
    let description: String

    func windows(on day: Int) -> [Window] {
        let windows = weekdays[CivilDay.weekday(day)]
        guard !windows.isEmpty, let holidays, holidays.holiday(on: day) != nil else { return windows }
        return []
    }

    /// Whether it is open at an instant where clocks are that far from UTC.
    func isOpen(at instant: Int, offset: Int) -> Bool {
        let local = instant + offset
        let day = local.floorDivided(by: 86_400)
        let second = local - day * 86_400
        return windows(on: day).contains { $0.contains(second) }
    }

    /// The first instant from one on at which it is open in a zone, in seconds since 1970; nil when there is none up to the
    /// limit.
    ///
    /// Between two changes of the clocks local time is a straight line, so each stretch is searched by days and windows.
    func firstOpen(from start: Int, limit: Int, in zone: TimeZoneOffsets) -> Int? {
        var instant = start
        while instant <= limit {
            let offset = zone.offset(at: instant)
            let end = zone.nextChange(after: instant) ?? Int.max
            let local = instant + offset
            var day = local.floorDivided(by: 86_400)
            var second = local - day * 86_400
            while day * 86_400 - offset < end {
                for window in windows(on: day) where second < window.upperBound {
                    let open = day * 86_400 + max(second, window.lowerBound) - offset
                    if open < end { return open <= limit ? open : nil }
                }
                day += 1
                second = 0
                if day * 86_400 - offset > limit { return nil }
            }
            instant = end
        }
        return nil
    }

    /// The first instant from one on at which it is closed in a zone, in seconds since 1970; `limit` when it is open up to
    /// then.
    func firstClosed(from start: Int, limit: Int, in zone: TimeZoneOffsets) -> Int {
        var instant = start
        while instant < limit {
            let offset = zone.offset(at: instant)
            let local = instant + offset
            let day = local.floorDivided(by: 86_400)
            let second = local - day * 86_400
            guard let window = windows(on: day).first(where: { $0.contains(second) }) else { return instant }
            // What ends at midnight may go on behind it, and a change of the clocks may end it.
            instant = min(instant + window.upperBound - second, zone.nextChange(after: instant) ?? Int.max)
        }
        return limit
    }

    /// Why it is closed at an instant: `20:05 in America/New_York; open 08:00-20:00`.
    func reason(at instant: Int, offset: Int, zone: String) -> String {
        let local = instant + offset
        let day = local.floorDivided(by: 86_400)
        let second = local - day * 86_400
        let time = "\(Self.clock(second)) in \(zone)"
        let weekday = CivilDay.weekday(day)
        if let holiday = holidays?.holiday(on: day) {
            return "\(time) on \(holiday); open \(description), not on holidays"
        }
        if weekdays[weekday].isEmpty { return "\(time) on \(Self.weekdayNames[weekday]); open \(description)" }
        return "\(time); open \(description)"
    }

    static let weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// `08:05`.
    static func clock(_ second: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(second / 3600)):\(two(second / 60 % 60))"
    }
}
