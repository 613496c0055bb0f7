/// Reads the parts of a ``TimeZoneRule``.
struct TimeZoneRuleReader {
    private let text: [UInt8]
    private var index = 0

    init(_ text: some Collection<UInt8>) {
        self.text = Array(text.prefix(256))
    }

    var isAtEnd: Bool { index == text.count }

    private var next: UInt8? { index < text.count ? text[index] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// At least three letters, or anything between angle brackets.
    mutating func skipName() -> Bool {
        let start = index
        if take("<") {
            while let byte = next, byte != UInt8(ascii: ">") { index += byte == 0 ? text.count : 1 }
            return take(">")
        }
        while let byte = next, (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) { index += 1 }
        return index - start >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maximumHours: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(maximum: maximumHours) else { return nil }
        var seconds = hours * 3600
        if take(":") {
            guard let minutes = number(maximum: 59) else { return nil }
            seconds += minutes * 60
            if take(":") {
                guard let rest = number(maximum: 59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    /// `Jn`, `n` or `Mm.w.d`, with `/time`; by default at 02:00.
    mutating func change() -> TimeZoneRule.Change? {
        guard let day = day() else { return nil }
        guard take("/") else { return TimeZoneRule.Change(day: day, time: 2 * 3600) }
        return time(maximumHours: 167).map { TimeZoneRule.Change(day: day, time: $0) }
    }

    private mutating func day() -> TimeZoneRule.Day? {
        if take("M") {
            guard let month = number(maximum: 12), month > 0, take("."), let week = number(maximum: 5), week > 0,
                take("."), let weekday = number(maximum: 6)
            else { return nil }
            return .ofMonth(month: month, week: week, weekday: weekday)
        }
        if take("J") { return number(maximum: 365).flatMap { $0 > 0 ? .withoutLeapDay($0) : nil } }
        return number(maximum: 365).map { .withLeapDay($0) }
    }

    private mutating func number(maximum: Int) -> Int? {
        var value = 0
        let start = index
        while let byte = next, (0x30...0x39).contains(byte), index - start < 4 {
            value = value * 10 + Int(byte) - 0x30
            index += 1
        }
        return index > start && value <= maximum ? value : nil
    }
}
