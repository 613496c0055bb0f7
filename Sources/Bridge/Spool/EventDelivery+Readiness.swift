import FoundationEssentials
import Journal
import Observability

extension EventDelivery {
    /// Whether webhooks can be taken: on the broker or, while it is away, on disk.
    ///
    /// - Parameter connection: what is wrong with the connection to the broker.
    func readiness(connection: String?, now: Date) -> ReadinessCheck.State {
        if let connection, let problem = spoolProblem { return .notReady("\(connection), and \(problem)") }
        let status = spoolStatus
        let waiting = oldestSpooled.map { oldest in
            "\(status.records) webhooks (\(status.bytes) bytes) wait on disk, the oldest for "
                + "\(Int(max(0, now.timeIntervalSince(oldest)))) s"
        }
        let notes = [connection, waiting].compactMap { $0 }
        return notes.isEmpty ? .ready : .degraded(notes.joined(separator: "; "))
    }

    /// Shows what the disk holds.
    func measure(at now: Date) {
        let status = spoolStatus
        let age = oldestSpooled.map { max(0, now.timeIntervalSince($0)) } ?? 0
        Instruments.shared.setSpool(records: status.records, bytes: status.bytes, oldestAge: age)
    }
}
