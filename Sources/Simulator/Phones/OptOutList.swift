/// Who said STOP to whom.
struct OptOutList: Sendable {
    private struct Entry: Hashable {
        let person: String
        /// A sender's number, or a messaging service's SID for whatever it sends.
        let program: String
    }

    /// The most that are kept; beyond it an arbitrary one is forgotten.
    let limit: Int
    private var entries: Set<Entry> = []

    init(limit: Int) { self.limit = limit }

    /// Whether the person hears nothing of the program.
    func contains(_ person: String, _ program: String) -> Bool {
        entries.contains(Entry(person: person, program: program))
    }

    /// Takes what the person said.
    mutating func apply(_ keyword: OptOutKeyword, person: String, program: String) {
        let entry = Entry(person: person, program: program)
        switch keyword {
        case .stop:
            if entries.count >= limit, !entries.contains(entry), let other = entries.first { entries.remove(other) }
            entries.insert(entry)
        case .start: entries.remove(entry)
        case .help: break
        }
    }
}
