import Messaging

/// The days on which a law knows a holiday, computed for any year.
struct HolidayCalendar: Sendable, Equatable {
    /// One holiday of every year.
    struct Day: Sendable, Equatable {
        /// When it is.
        enum Date: Sendable, Equatable {
            case fixed(month: Int, day: Int)
            /// Monday 0; the last is −1.
            case weekday(Int, number: Int, month: Int)
            /// Days after Easter Sunday.
            case easter(Int)
        }

        let name: String
        let date: Date
    }

    let name: String
    let days: [Day]
    /// Whether one that falls on a Saturday is kept on the Friday before as well, and on a Sunday on the Monday after.
    let movesToWeekdays: Bool

    /// The name of the holiday on a day counted from 1970-01-01; nil on any other day.
    func holiday(on day: Int) -> String? {
        let date = civilDate(daysSince1970: day)
        if let name = days.first(where: { $0.day(in: date.year) == day })?.name { return name }
        guard movesToWeekdays else { return nil }
        switch CivilDay.weekday(day) {
        case 0: return days.first { $0.day(in: date.year) == day - 1 }?.name
        case 4:
            // New Year's Day of the next year may be kept on the last day of this one.
            return days.first { $0.day(in: date.year) == day + 1 || $0.day(in: date.year + 1) == day + 1 }?.name
        default: return nil
        }
    }
}

extension HolidayCalendar.Day {
    fileprivate func day(in year: Int) -> Int {
        switch date {
        case .fixed(let month, let day): daysSince1970(year: year, month: month, day: day)
        case .weekday(let weekday, let number, let month):
            CivilDay.weekday(weekday, number: number, month: month, year: year)
        case .easter(let days): CivilDay.easter(year) + days
        }
    }
}
