import Messaging

extension HolidayCalendar {
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    private static let numbers = ["first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1]
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// Reads `{movesToWeekdays: true, days: {New Year's Day: 01-01, Labor Day: first monday of september, Ascension Day:
    /// easter+39}}`.
    init(name: String, _ node: PolicyNode) throws(PolicyProblem) {
        let fields = try node.fields(["days", "movesToWeekdays", "reference"])
        guard let list = fields["days"] else { throw node.problem("lacks days") }
        var days: [Day] = []
        for entry in try list.entries() {
            guard let date = Self.date(try entry.value.text()) else {
                throw entry.value.problem(
                    "is no date: 12-25, easter+39, or a weekday such as first monday of september, last monday of may")
            }
            days.append(Day(name: entry.name, date: date))
        }
        var moves = false
        if let node = fields["movesToWeekdays"] { moves = try node.flag() }
        self.init(name: name, days: days, movesToWeekdays: moves)
    }

    private static func date(_ text: String) -> Day.Date? {
        if text.hasPrefix("easter") {
            let shift = text.dropFirst(6)
            return shift.isEmpty ? .easter(0) : Int(shift).flatMap { abs($0) <= 100 ? .easter($0) : nil }
        }
        let words = text.split(separator: " ").map(String.init)
        if words.count == 4, words[2] == "of", let number = numbers[words[0]],
            let weekday = weekdays.firstIndex(of: words[1]), let month = months.firstIndex(of: words[3])
        {
            return .weekday(weekday, number: number, month: month + 1)
        }
        let parts = text.split(separator: "-").map { Int($0) }
        // 29 February is no holiday anywhere, and most years lack it.
        guard text.utf8.count == 5, parts.count == 2, let month = parts[0], let day = parts[1],
            (1...12).contains(month),
            (1...daysIn(month: month, year: 2001)).contains(day)
        else { return nil }
        return .fixed(month: month, day: day)
    }
}

extension PolicyNode {
    /// `true` or `false`.
    func flag() throws(PolicyProblem) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        default: throw problem("is neither true nor false")
        }
    }
}
