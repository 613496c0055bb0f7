import Yams

extension OpenHours {
    /// Reads windows by weekday: `{mon-fri: "09:00-18:00", sat: ["10:00-12:00", "14:00-16:00"], sun: closed}`. A day that is not
    /// named is closed.
    init(_ node: PolicyNode, holidays: HolidayCalendar?) throws(PolicyProblem) {
        var weekdays: [[Window]?] = Array(repeating: nil, count: 7)
        var texts: [String] = []
        for entry in try node.entries() {
            guard let days = Self.days(entry.name) else {
                throw entry.key.problem(
                    "is no day: daily, one of \(Self.words.joined(separator: " ")), or a range such as mon-fri")
            }
            let windows = try Self.windows(entry.value)
            for day in days {
                guard weekdays[day] == nil else {
                    throw entry.key.problem("names \(Self.weekdayNames[day]) a second time")
                }
                weekdays[day] = windows
            }
            guard !windows.isEmpty else { continue }
            let ranges = windows.map { "\(Self.clock($0.lowerBound))-\(Self.clock($0.upperBound))" }
            let name = days.count == 7 ? "" : Self.name(days) + " "
            texts.append(name + ranges.joined(separator: " and "))
        }
        guard weekdays.contains(where: { $0?.isEmpty == false }) else { throw node.problem("is never open") }
        self.init(
            weekdays: weekdays.map { $0 ?? [] }, holidays: holidays, description: texts.joined(separator: ", "))
    }

    private static let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private static func days(_ text: String) -> ClosedRange<Int>? {
        if text == "daily" { return 0...6 }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { words.firstIndex(of: String($0)) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
            return nil
        }
        return first...last
    }

    private static func name(_ days: ClosedRange<Int>) -> String {
        let first = weekdayNames[days.lowerBound].prefix(3)
        return days.count == 1 ? String(first) : "\(first)-\(weekdayNames[days.upperBound].prefix(3))"
    }

    private static func windows(_ node: PolicyNode) throws(PolicyProblem) -> [Window] {
        if node.node.sequence != nil {
            var windows: [Window] = []
            for element in try node.elements() {
                let window = try window(element)
                if let last = windows.last, last.upperBound >= window.lowerBound {
                    throw element.problem("does not begin after the window before it has ended")
                }
                windows.append(window)
            }
            return windows
        }
        return try node.text() == "closed" ? [] : [try window(node)]
    }

    private static func window(_ node: PolicyNode) throws(PolicyProblem) -> Window {
        let ends = try node.text().split(separator: "-", omittingEmptySubsequences: false).map(seconds)
        guard ends.count == 2, let start = ends[0], let end = ends[1] else {
            throw node.problem("is not a window such as 08:00-21:00, or closed")
        }
        guard start < end else {
            throw node.problem("ends before it begins; a window that crosses midnight is two, on two days")
        }
        return start..<end
    }

    /// `08:00`; 24:00 ends a day.
    private static func seconds(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            [0, 1, 3, 4].allSatisfy({ (0x30...0x39).contains(bytes[$0]) })
        else { return nil }
        let hours = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
        let minutes = Int(bytes[3] - 0x30) * 10 + Int(bytes[4] - 0x30)
        guard minutes < 60, hours * 60 + minutes <= 24 * 60 else { return nil }
        return (hours * 60 + minutes) * 60
    }
}
