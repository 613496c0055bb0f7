/// The last messages of all accounts, by SID and by person.
struct MessageStore: Sendable {
    /// The most that are kept; the oldest are forgotten first.
    let limit: Int
    private var messages: [Int: SimulatedMessage] = [:]
    private var numbers: [String: Int] = [:]
    /// Of each person, oldest first.
    private var people: [String: [Int]] = [:]
    private var oldest = 0
    /// The number of the next message. Numbers never come again, not even after ``removeAll()``.
    private(set) var next = 0

    init(limit: Int) { self.limit = limit }

    /// A message of that SID; setting it changes one that is kept, and nothing else.
    subscript(sid: String) -> SimulatedMessage? { numbers[sid].flatMap { messages[$0] } }

    /// Keeps a message that was made with the number ``next``.
    mutating func insert(_ message: SimulatedMessage) {
        messages[message.number] = message
        numbers[message.sid] = message.number
        people[message.person, default: []].append(message.number)
        next = max(next, message.number + 1)
        while messages.count > limit, oldest < next {
            if let old = messages[oldest] { remove(old) }
            oldest += 1
        }
    }

    /// Changes a message that is kept; nil when it is not.
    mutating func update(_ sid: String, _ change: (inout SimulatedMessage) -> Void) -> SimulatedMessage? {
        guard let number = numbers[sid], var message = messages[number] else { return nil }
        // Taken out meanwhile, so that a change of its lists does not copy them.
        messages[number] = nil
        change(&message)
        messages[number] = message
        return message
    }

    /// Forgets a message.
    mutating func remove(_ message: SimulatedMessage) {
        messages[message.number] = nil
        numbers[message.sid] = nil
        people[message.person]?.removeAll { $0 == message.number }
        if people[message.person]?.isEmpty == true { people[message.person] = nil }
    }

    /// Forgets all.
    mutating func removeAll() {
        messages = [:]
        numbers = [:]
        people = [:]
        oldest = next
    }

    /// All messages, newest first; those older than `sid` when it is given and known.
    func newestFirst(after sid: String? = nil) -> some Sequence<SimulatedMessage> {
        let end = sid.flatMap { numbers[$0] } ?? next
        return (oldest..<max(oldest, end)).reversed().lazy.compactMap { messages[$0] }
    }

    /// A person's last messages, oldest first.
    func messages(of person: String, last count: Int) -> [SimulatedMessage] {
        (people[person] ?? []).suffix(count).compactMap { messages[$0] }
    }

    /// The people whose address holds `text`, who heard or wrote last first.
    func people(matching text: String = "") -> [String] {
        people.lazy.filter { text.isEmpty || $0.key.contains(text) }
            .sorted { ($0.value.last ?? 0) > ($1.value.last ?? 0) }
            .map(\.key)
    }
}
