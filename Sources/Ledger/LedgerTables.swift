import GRDB

/// What stands in an open ledger.
struct LedgerTables {
    let names: NameTable
    let messages: MessageTable
    let progress: ProgressTable
    let decisions: DecisionTable
    let consents: ConsentTable
    let bridges: BridgeTable
    let conversations: ConversationTable
    let awaited: AwaitedTable
    let inbound: InboundTable
    let traffic: TrafficTable
    let numbers: NumberTable
    let reassigned: ReassignedTable

    init(_ database: Database, _ values: BoundValues) throws {
        names = try NameTable(database, values)
        messages = try MessageTable(database, values)
        progress = try ProgressTable(database, values)
        decisions = try DecisionTable(database, values)
        consents = try ConsentTable(database, values)
        bridges = try BridgeTable(database, values)
        conversations = try ConversationTable(database, values)
        awaited = try AwaitedTable(database, values)
        inbound = try InboundTable(database, values)
        traffic = try TrafficTable(database, values)
        numbers = try NumberTable(database, values)
        reassigned = try ReassignedTable(database, values)
    }

    /// Drops what was remembered of rows that were rolled back.
    func forgetTransaction() {
        names.forget()
        messages.forget()
        decisions.forget()
        bridges.beginTransaction()
    }
}
