import Ledger
import Messaging

/// What the file says of the ledger, checked.
struct LedgerReading {
    let file: ConfigurationFile

    /// How long it remembers.
    ///
    /// - Throws: ``SettingProblem`` for what is shorter than the contract and the provider demand.
    func retention() throws(SettingProblem) -> LedgerRetention {
        var retention = LedgerRetention()
        let given = file.ledger?.retention
        let floor = LedgerRetention.floor
        try days("messageDays", given?.messageDays, floor.messageDays, &retention.messageDays)
        try days("unfinishedDays", given?.unfinishedDays, floor.unfinishedDays, &retention.unfinishedDays)
        try days("conversationDays", given?.conversationDays, floor.conversationDays, &retention.conversationDays)
        try days("evidenceDays", given?.evidenceDays, floor.evidenceDays, &retention.evidenceDays)
        guard retention.unfinishedDays >= retention.messageDays else {
            throw SettingProblem(
                "ledger.retention.unfinishedDays",
                "is \(retention.unfinishedDays), less than messageDays: \(retention.messageDays) or more is allowed")
        }
        return retention
    }

    private func days(_ name: String, _ given: Int?, _ floor: Int, _ value: inout Int) throws(SettingProblem) {
        guard let given else { return }
        guard (floor...Self.longest).contains(given) else {
            throw SettingProblem("ledger.retention.\(name)", "is \(given); \(floor) to \(Self.longest) is allowed")
        }
        value = given
    }

    /// Ten years.
    private static let longest = 3650

    /// How calls share commits; nil in place of what the store chooses.
    func commits() throws(SettingProblem) -> LedgerCommits {
        var commits = LedgerCommits()
        if let calls = file.ledger?.commit?.calls {
            guard (1...10_000).contains(calls) else {
                throw SettingProblem("ledger.commit.calls", "is \(calls); 1 to 10000 is allowed")
            }
            commits.calls = calls
        }
        if let milliseconds = file.ledger?.commit?.milliseconds {
            guard (0...100).contains(milliseconds) else {
                throw SettingProblem("ledger.commit.milliseconds", "is \(milliseconds); 0 to 100 is allowed")
            }
            commits.window = .milliseconds(milliseconds)
        }
        return commits
    }
}
