import Messaging

/// The rule for all years after a time zone's last listed change: the variable TZ of POSIX, with the extensions of
/// RFC 9636, section 3.3.1, such as `EST5EDT,M3.2.0,M11.1.0` or `<-02>2<-01>,M3.5.0/-1,M10.5.0/0`.
struct TimeZoneRule: Equatable {
    /// A day of every year.
    enum Day: Equatable {
        /// 1 to 365, where 29 February is not counted.
        case withoutLeapDay(Int)
        /// 0 to 365.
        case withLeapDay(Int)
        /// The n-th weekday of a month, Sunday 0; 5 is the last.
        case ofMonth(month: Int, week: Int, weekday: Int)
    }

    /// When the clocks are changed: a day, and seconds after its midnight, of −167 to 167 hours.
    struct Change: Equatable {
        let day: Day
        let time: Int
    }

    /// Summer time.
    struct Summer: Equatable {
        let offset: Int
        let begin: Change
        let end: Change
    }

    /// Seconds to be added to UTC.
    let standard: Int
    let summer: Summer?

    /// nil for a text that is not such a rule.
    init?(_ text: some Collection<UInt8>) {
        var reader = TimeZoneRuleReader(text)
        guard reader.skipName(), let west = reader.time(maximumHours: 24) else { return nil }
        standard = -west
        if reader.isAtEnd {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        var offset = standard + 3600
        if !reader.take(",") {
            guard let west = reader.time(maximumHours: 24), reader.take(",") else { return nil }
            offset = -west
        }
        guard let begin = reader.change(), reader.take(","), let end = reader.change(), reader.isAtEnd else {
            return nil
        }
        summer = Summer(offset: offset, begin: begin, end: end)
    }

    /// The changes of some years, ascending.
    func changes(years: ClosedRange<Int>) -> [(at: Int, offset: Int)] {
        guard let summer else { return [] }
        var changes: [(at: Int, offset: Int)] = []
        for year in years {
            // Where summer never ends, each end falls together with the next begin, which counts.
            changes.append((summer.end.instant(year: year, offset: summer.offset), standard))
            changes.append((summer.begin.instant(year: year, offset: standard), summer.offset))
        }
        return changes.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}

extension TimeZoneRule.Change {
    /// Seconds since 1970.
    ///
    /// - Parameter offset: the one that holds until then.
    fileprivate func instant(year: Int, offset: Int) -> Int { day.daysSince1970(year: year) * 86_400 + time - offset }
}

extension TimeZoneRule.Day {
    fileprivate func daysSince1970(year: Int) -> Int {
        let newYear = Messaging.daysSince1970(year: year, month: 1, day: 1)
        switch self {
        case .withoutLeapDay(let day):
            let isLeapYear = Messaging.daysSince1970(year: year, month: 3, day: 1) - newYear == 60
            return newYear + day - (isLeapYear && day >= 60 ? 0 : 1)
        case .withLeapDay(let day):
            return newYear + day
        case .ofMonth(let month, let week, let weekday):
            return CivilDay.weekday((weekday + 6) % 7, number: week == 5 ? -1 : week, month: month, year: year)
        }
    }
}
