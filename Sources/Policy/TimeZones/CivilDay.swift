import Messaging

/// Days of the calendar, counted from 1970-01-01.
enum CivilDay {
    /// Monday 0 to Sunday 6.
    static func weekday(_ day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        let index = (day + 3) % 7
        return index < 0 ? index + 7 : index
    }

    /// The n-th weekday of a month, Monday 0; −1 is the last.
    static func weekday(_ weekday: Int, number: Int, month: Int, year: Int) -> Int {
        if number < 0 {
            let next = daysSince1970(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
            return next - 1 - (CivilDay.weekday(next - 1) - weekday + 7) % 7
        }
        let first = daysSince1970(year: year, month: month, day: 1)
        return first + (weekday - CivilDay.weekday(first) + 7) % 7 + (number - 1) * 7
    }

    /// Easter Sunday of the Gregorian calendar (the anonymous algorithm; J. Meeus, Astronomical Algorithms, chapter 8).
    static func easter(_ year: Int) -> Int {
        let century = year / 100
        let correction = (19 * (year % 19) + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - correction - year % 100 % 4) % 7
        let shift = (year % 19 + 11 * correction + 22 * weekday) / 451
        let sum = correction + weekday - 7 * shift + 114
        return daysSince1970(year: year, month: sum / 31, day: sum % 31 + 1)
    }
}
