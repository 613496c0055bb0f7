import Dispatch
import Messaging

/// How much a step of pruning does before others have their turn.
struct PruneLimits: Sendable {
    /// Rows that are looked at.
    var examined = 1000
    /// How long rows are removed. What is removed is committed after that, which takes about as long again.
    var time: Duration = .milliseconds(2)
}

extension LedgerConnection {
    /// A step of the pass that is under way, or the first of a new one.
    ///
    /// Messages are walked through by their rows, in the order in which they came, from the first until none is old any more:
    /// no index is kept for it that every message would have to pay for. What was in use when the walk passed it keeps its
    /// decision record; the records that nothing has used since before the walk's horizon are unused then.
    func prune(_ request: PruneRequest, _ limits: PruneLimits) throws(LedgerError) -> PruneStep {
        let tables = try pruneTable()
        var progress = try tables.read()
        let newest = try tables.newestMessage()
        if let answer = progress.answerBefore(request, newest: newest?.firstSeen) { return PruneStep(answer) }
        var step = PruningStep(tables: tables, progress: progress, retention: request.retention, limits: limits)
        try step.run(newest: newest?.id ?? 0)
        try tables.keep(step.progress)
        return PruneStep(step.progress.phase == .idle ? .ended : .goesOn, removed: step.removed)
    }
}

/// One step of pruning, inside the transaction of its call.
private struct PruningStep {
    let tables: PruneTable
    var progress: PruneProgress
    let retention: LedgerRetention
    let limits: PruneLimits
    var removed: [PrunedRows: Int] = [:]
    private let end: UInt64

    init(tables: PruneTable, progress: PruneProgress, retention: LedgerRetention, limits: PruneLimits) {
        self.tables = tables
        self.progress = progress
        self.retention = retention
        self.limits = limits
        end = DispatchTime.now().uptimeNanoseconds &+ UInt64(max(0, limits.time / .nanoseconds(1)))
    }

    mutating func run(newest: Int64) throws(LedgerError) {
        let tables = tables
        switch progress.phase {
        case .idle: break
        case .messages: try walkMessages(newest: newest)
        case .decisions: try removeDecisions()
        case .providerIDs:
            let entries = try tables.providerIDs(after: progress.key, limit: limits.examined)
            try walk(entries, .providerID) { entry throws(LedgerError) in try tables.remove(providerID: entry) }
        case .conversations:
            let entries = try tables.conversations(
                after: progress.key, progress.program, olderThan: before(retention.conversationDays),
                limit: limits.examined)
            try walk(entries, .conversation) { entry throws(LedgerError) in try tables.remove(conversation: entry) }
        case .evidence:
            let entries = try tables.evidence(
                after: progress.key, olderThan: before(retention.evidenceDays), limit: limits.examined)
            try walk(entries, .evidence) { entry throws(LedgerError) in try tables.remove(evidence: entry) }
        case .bridges:
            count(.bridge, try tables.removeBridges(leftBefore: progress.beganAt &- BridgeTable.memory))
            progress.enter(progress.phase.next)
        case .traffic: try removeTraffic()
        }
    }

    private var isLate: Bool { DispatchTime.now().uptimeNanoseconds >= end }

    private func before(_ days: Int) -> Int64 { progress.beganAt &- Int64(days) &* PruneProgress.day }

    private mutating func count(_ rows: PrunedRows, _ number: Int) {
        if number > 0 { removed[rows, default: 0] += number }
    }

    /// The newest message stays: SQLite would give its row id again, which others may remember.
    private mutating func walkMessages(newest: Int64) throws(LedgerError) {
        let found = try tables.messages(after: progress.row, before: newest, limit: limits.examined)
        let unfinishedBefore = before(retention.unfinishedDays)
        var isAnyOld = false
        var kept: Set<Int64> = []
        for message in found {
            // The clocks of workers differ: one message that looks young does not end the walk, a thousand do.
            let isOld = message.firstSeen < progress.finishedBefore
            if isOld { isAnyOld = true }
            if message.lastHeard < (message.hasEnded ? progress.finishedBefore : unfinishedBefore) {
                count(.providerID, try tables.remove(message))
                count(.message, 1)
            } else if isOld, let decision = message.decision, kept.insert(decision).inserted {
                try tables.noteUse(of: decision, at: progress.beganAt, ifBefore: progress.finishedBefore)
            }
            progress.row = message.id
            if isLate { return }
        }
        if found.count < limits.examined || !isAnyOld { progress.enter(progress.phase.next) }
    }

    private mutating func removeDecisions() throws(LedgerError) {
        let found = try tables.decisions(unusedSince: progress.finishedBefore, limit: limits.examined)
        for decision in found {
            try tables.remove(decision: decision)
            count(.decision, 1)
            if isLate { return }
        }
        if found.count < limits.examined { progress.enter(progress.phase.next) }
    }

    /// What is found at the beginning of an index.
    private mutating func removeTraffic() throws(LedgerError) {
        var isMore = false
        for table in PruneTable.traffic {
            let removed = try tables.removeTraffic(
                table, before: table.end(progress.beganAt, retention), limit: Self.trafficLimit)
            count(.traffic, removed)
            if removed == Self.trafficLimit { isMore = true }
        }
        if !isMore { progress.enter(progress.phase.next) }
    }

    /// Rows of each table, which take about two milliseconds together.
    private static let trafficLimit = 200

    /// A table without an index by age, which each event would have to pay for, is walked through by its key.
    private mutating func walk(
        _ entries: [PruneTable.Entry], _ rows: PrunedRows,
        _ remove: (PruneTable.Entry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        for entry in entries {
            if entry.isOld {
                try remove(entry)
                count(rows, 1)
            }
            progress.key = entry.key
            progress.program = entry.program
            if isLate { return }
        }
        if entries.count < limits.examined { progress.enter(progress.phase.next) }
    }
}
