public import FoundationEssentials

/// Reads an RFC 3339 instant, with or without a fraction of a second; nil for anything else.
public func parseRFC3339(_ text: String) -> Date? {
    let bytes = Array(text.utf8)
    guard (20...40).contains(bytes.count), bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") else {
        return nil
    }
    func number(_ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            guard index < bytes.count, (0x30...0x39).contains(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        return value
    }
    guard let year = number(0, 4), bytes[4] == UInt8(ascii: "-"), let month = number(5, 2),
        bytes[7] == UInt8(ascii: "-"), let day = number(8, 2), let hour = number(11, 2), bytes[13] == UInt8(ascii: ":"),
        let minute = number(14, 2), bytes[16] == UInt8(ascii: ":"), let second = number(17, 2),
        (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day), hour < 24, minute < 60,
        second <= 60
    else { return nil }
    var index = 19
    var fraction = 0.0
    if bytes[index] == UInt8(ascii: ".") {
        var scale = 0.1
        index += 1
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
            fraction += Double(bytes[index] - 0x30) * scale
            scale /= 10
            index += 1
        }
        guard index > start else { return nil }
    }
    guard index < bytes.count else { return nil }
    var offset = 0
    switch bytes[index] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
        guard index + 1 == bytes.count else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
        guard index + 6 == bytes.count, let hours = number(index + 1, 2), bytes[index + 3] == UInt8(ascii: ":"),
            let minutes = number(index + 4, 2), hours < 24, minutes < 60
        else { return nil }
        offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "+") ? 60 : -60)
    default:
        return nil
    }
    let seconds = daysSince1970(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    return Date(timeIntervalSince1970: Double(seconds - offset) + fraction)
}

/// Writes an instant in RFC 3339, in UTC with milliseconds: `2026-11-21T15:00:00.000Z`. Instants outside the years 0 to
/// 9999 are clamped.
public func formatRFC3339(_ instant: Date) -> String {
    let limits = -62_167_219_200.0...253_402_300_799.0
    let clamped = min(max(instant.timeIntervalSince1970, limits.lowerBound), limits.upperBound)
    let milliseconds = Int((clamped * 1000).rounded(.down))
    let seconds = milliseconds.floorDivided(by: 1000)
    let days = seconds.floorDivided(by: 86_400)
    let (year, month, day) = civilDate(daysSince1970: days)
    let ofDay = seconds - days * 86_400
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func append(_ value: Int, _ width: Int, _ end: UInt8) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(0x30 + value / divisor % 10))
            divisor /= 10
        }
        text.append(end)
    }
    append(year, 4, UInt8(ascii: "-"))
    append(month, 2, UInt8(ascii: "-"))
    append(day, 2, UInt8(ascii: "T"))
    append(ofDay / 3600, 2, UInt8(ascii: ":"))
    append(ofDay / 60 % 60, 2, UInt8(ascii: ":"))
    append(ofDay % 60, 2, UInt8(ascii: "."))
    append(milliseconds - seconds * 1000, 3, UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
}

/// How many days a month has.
package func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counted in 400-year eras that begin in March.
package func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.floorDivided(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

/// The date of a day counted from 1970-01-01.
package func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

extension Int {
    /// Rounds down, below zero as well.
    package func floorDivided(by divisor: Int) -> Int {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
