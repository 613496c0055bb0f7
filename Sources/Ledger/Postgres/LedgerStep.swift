import Messaging
import Postgres

/// In which order a batch's steps lock rows. All batches keep to it, so that no two wait for each other.
struct LockOrder: Comparable {
    private let table: Int
    private let first: String
    private let second: String

    /// What concerns the ledger as a whole.
    static let ledger = LockOrder(table: -1, first: "", second: "")

    static func bridge(_ id: String) -> LockOrder { LockOrder(table: 0, first: id, second: "") }

    static func consent(_ recipient: RecipientToken, _ program: String) -> LockOrder {
        LockOrder(table: 1, first: recipient.text, second: program)
    }

    /// Who is counted for a person's caps.
    static func traffic(_ recipient: RecipientToken) -> LockOrder {
        LockOrder(table: 1, first: recipient.text, second: "\u{10FFFF}")
    }

    static func message(_ key: MessageKey) -> LockOrder {
        LockOrder(table: 2, first: key.app, second: key.messageID)
    }

    /// Which message it is, only the database knows: such a step may still meet another batch, which is then repeated.
    static func messageOf(sid: String) -> LockOrder { LockOrder(table: 3, first: sid, second: "") }

    static func conversation(_ recipient: RecipientToken?, _ program: String) -> LockOrder {
        LockOrder(table: 4, first: recipient?.text ?? "", second: program)
    }

    /// What the provider said of a number.
    static func number(_ recipient: RecipientToken, _ channel: Channel) -> LockOrder {
        LockOrder(table: 4, first: recipient.text, second: "\u{10FFFF}" + channel.rawValue)
    }

    /// A message from a person.
    static func inbound(sid: String) -> LockOrder { LockOrder(table: 5, first: sid, second: "") }

    /// What waits for no lock, and takes such as others may wait for: nothing may be waited for after it.
    static let last = LockOrder(table: 6, first: "", second: "")

    static func < (left: LockOrder, right: LockOrder) -> Bool {
        (left.table, left.first, left.second) < (right.table, right.first, right.second)
    }
}

/// A query of a call, and its place among those of its batch.
struct LedgerStep {
    let order: LockOrder
    let query: PostgresQuery

    init(_ order: LockOrder, _ query: PostgresQuery) {
        self.order = order
        self.query = query
    }
}

/// A batch's queries in the order of their locks, and which call each belongs to.
struct OrderedSteps {
    private let entries: [(call: Int, step: LedgerStep)]

    /// `calls` holds each call's steps. Those of equal order stay as they came.
    init(_ calls: [[LedgerStep]]) {
        var entries: [(call: Int, step: LedgerStep)] = []
        for (call, steps) in calls.enumerated() { entries += steps.map { (call, $0) } }
        self.entries = entries.enumerated().sorted { left, right in
            left.element.step.order == right.element.step.order
                ? left.offset < right.offset : left.element.step.order < right.element.step.order
        }.map(\.element)
    }

    var queries: [PostgresQuery] { entries.map(\.step.query) }

    /// The answers of each call, in the order in which its steps ran.
    func byCall(_ answers: [PostgresRows], count: Int) -> [[PostgresRows]] {
        var calls = [[PostgresRows]](repeating: [], count: count)
        for (entry, answer) in zip(entries, answers) { calls[entry.call].append(answer) }
        return calls
    }
}
