public import Metrics
public import Messaging
import Synchronization

/// What the services measure: every name, label and unit stands here, and every instrument is made once.
///
/// Labels come from closed sets, never from a message.
public final class Instruments: Sendable {
    /// What became of a message in the worker.
    public enum Outcome: String, Sendable, CaseIterable {
        /// Taken from the queue.
        case consumed
        /// How it left the worker.
        case accepted, refused, unknown, blocked, dropped, deferred, rejected, abandoned
    }

    /// How a call to the provider ended.
    public enum CallOutcome: String, Sendable, CaseIterable {
        /// It took the message, it did not, or nobody knows.
        case accepted, refused, unknown
    }

    /// What a look at a message without a final status came to.
    public enum StatusLookUp: String, Sendable, CaseIterable {
        /// The provider has a final status, has none yet, or does not know the message.
        case final, pending, absent
        /// Nobody will ever know.
        case abandoned
        /// There was no answer that could be relied on.
        case failed
    }

    /// What a comparison of messages from people with the provider's list came to.
    public enum Comparison: String, Sendable, CaseIterable {
        /// All was read, the list was longer than is read, or it could not be read.
        case complete, truncated, failed
    }

    /// A queue of events that the recorder reads.
    public enum EventQueue: String, Sendable, CaseIterable {
        case consent, recorder
    }

    /// The instruments of the process, in the system's metrics factory as it stands when they are first used.
    public static let shared = Instruments(MetricsSystem.factory)

    private struct ByClass: Sendable {
        let transactional: Counter
        let promotional: Counter
        let none: Counter

        init(_ name: String, _ labels: [(String, String)], _ factory: any MetricsFactory) {
            func make(_ word: String) -> Counter {
                Counter(label: name, dimensions: labels + [("class", word)], factory: factory)
            }
            transactional = make(MessageClass.transactional.rawValue)
            promotional = make(MessageClass.promotional.rawValue)
            none = make("none")
        }

        subscript(messageClass: MessageClass?) -> Counter {
            switch messageClass {
            case .transactional: transactional
            case .promotional: promotional
            case nil: none
            }
        }
    }

    private let messages: [Outcome: ByClass]
    private let copies: ByClass
    private let calls: [CallOutcome: Timer]
    private let confirms: Timer
    private let commits: Timer
    private let commitRows: Recorder
    private let consentAge: Meter
    private let optOutsNotCurrent: Counter
    private let webhooks: WebhookCounters
    private let spoolRecords: Meter
    private let spoolBytes: Meter
    private let spoolAge: Meter
    private let unreadable: [EventQueue: Counter]
    private let pausedAccounts: PausedAccountMeters
    private let suspended: Meter
    private let statusLookUps: [StatusLookUp: Counter]
    private let comparisons: [Comparison: Counter]
    private let missedInbound: Counter
    private let uncomparedAge: Meter
    private let pruned: [PrunedRows: Counter]

    /// Instruments of a factory of their own, as tests use them.
    public init(_ factory: any MetricsFactory) {
        messages = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map {
                ($0, ByClass("switchboard_messages", [("outcome", $0.rawValue)], factory))
            })
        copies = ByClass("switchboard_queue_copies", [], factory)
        calls = Dictionary(
            uniqueKeysWithValues: CallOutcome.allCases.map { outcome in
                let labels = [("outcome", outcome.rawValue)]
                return (outcome, Timer(label: "switchboard_provider_call", dimensions: labels, factory: factory))
            })
        confirms = Timer(label: "switchboard_publish_confirm", factory: factory)
        commits = Timer(label: "switchboard_ledger_commit", factory: factory)
        commitRows = Recorder(label: "switchboard_ledger_commit_rows", factory: factory)
        consentAge = Meter(label: "switchboard_consent_age_seconds", factory: factory)
        optOutsNotCurrent = Counter(label: "switchboard_opt_outs_not_current", factory: factory)
        webhooks = WebhookCounters(factory)
        spoolRecords = Meter(label: "switchboard_bridge_spool_records", factory: factory)
        spoolBytes = Meter(label: "switchboard_bridge_spool_bytes", factory: factory)
        spoolAge = Meter(label: "switchboard_bridge_spool_oldest_age_seconds", factory: factory)
        pausedAccounts = PausedAccountMeters(factory)
        suspended = Meter(label: "switchboard_worker_suspended", factory: factory)
        unreadable = Dictionary(
            uniqueKeysWithValues: EventQueue.allCases.map { queue in
                let labels = [("queue", queue.rawValue)]
                return (queue, Counter(label: "switchboard_unreadable_events", dimensions: labels, factory: factory))
            })
        statusLookUps = Dictionary(
            uniqueKeysWithValues: StatusLookUp.allCases.map { outcome in
                let labels = [("outcome", outcome.rawValue)]
                return (outcome, Counter(label: "switchboard_status_look_ups", dimensions: labels, factory: factory))
            })
        comparisons = Dictionary(
            uniqueKeysWithValues: Comparison.allCases.map { outcome in
                let labels = [("outcome", outcome.rawValue)]
                return (
                    outcome, Counter(label: "switchboard_inbound_comparisons", dimensions: labels, factory: factory)
                )
            })
        missedInbound = Counter(label: "switchboard_missed_inbound", factory: factory)
        uncomparedAge = Meter(label: "switchboard_bridge_outage_age_seconds", factory: factory)
        pruned = Dictionary(
            uniqueKeysWithValues: PrunedRows.allCases.map { rows in
                let labels = [("rows", rows.rawValue)]
                return (rows, Counter(label: "switchboard_ledger_pruned", dimensions: labels, factory: factory))
            })
    }

    /// Old rows were removed from the ledger.
    public func countPruned(_ rows: PrunedRows, _ count: Int) { pruned[rows]?.increment(by: count) }

    /// A message was consumed, or left the worker; the class is nil where the request named none.
    public func count(_ outcome: Outcome, _ messageClass: MessageClass?) {
        messages[outcome]?[messageClass].increment()
    }

    /// A copy made by CC or BCC was put aside.
    public func countCopy(_ messageClass: MessageClass?) { copies[messageClass].increment() }

    /// The provider answered, or did not.
    public func recordCall(_ outcome: CallOutcome, took duration: Duration) {
        calls[outcome]?.recordNanoseconds(duration.nanoseconds)
    }

    /// The broker confirmed a publish.
    public func recordConfirm(took duration: Duration) { confirms.recordNanoseconds(duration.nanoseconds) }

    /// The ledger made a batch durable.
    public func recordCommit(rows: Int, took duration: Duration) {
        commits.recordNanoseconds(duration.nanoseconds)
        commitRows.record(rows)
    }

    /// For how many seconds opt-outs have not been known to be recorded; infinite when they never were.
    public func setConsentAge(seconds: Double) { consentAge.set(seconds) }

    /// A message was put off because it was not known whether opt-outs are being recorded; each time that it comes round.
    public func countOptOutsNotCurrent() { optOutsNotCurrent.increment() }

    /// An event could not be recorded because it could not be read; worth an alert.
    public func countUnreadable(in queue: EventQueue) { unreadable[queue]?.increment() }

    /// Whether nothing is sent through an account for the time being.
    ///
    /// - Parameter alias: of the configuration's accounts.
    public func setAccountPaused(_ alias: String, _ isPaused: Bool) { pausedAccounts.set(alias, isPaused) }

    /// Whether the worker takes no messages, because no account can be used.
    public func setSuspended(_ isSuspended: Bool) { suspended.set(isSuspended ? 1 : 0) }

    /// A webhook was answered.
    ///
    /// - Parameters:
    ///   - path: as the contract names it, such as `/twilio/status`; anything else counts as `other`.
    ///   - status: of HTTP.
    public func countWebhook(path: String, status: Int) { webhooks.count(path: path, status: status) }

    /// What the bridge keeps on disk while the broker is away.
    ///
    /// - Parameters:
    ///   - records: webhooks.
    ///   - bytes: of the files.
    ///   - oldestAge: seconds since the oldest was received; 0 when there is none.
    public func setSpool(records: Int, bytes: Int, oldestAge: Double) {
        spoolRecords.set(records)
        spoolBytes.set(bytes)
        spoolAge.set(oldestAge)
    }

    /// The provider was asked about a message without a final status.
    public func countStatusLookUp(_ outcome: StatusLookUp) { statusLookUps[outcome]?.increment() }

    /// Messages from people were compared with the provider's list.
    public func countComparison(_ outcome: Comparison) { comparisons[outcome]?.increment() }

    /// The provider's list had a message from a person that no webhook had brought.
    public func countMissedInbound() { missedInbound.increment() }

    /// For how many seconds messages from people may have been missed, unless the provider's list was compared; 0 when
    /// nothing is open.
    public func setUncomparedAge(seconds: Double) { uncomparedAge.set(seconds) }

    /// What each name means, by its name in the exposition.
    public static let help = [
        "switchboard_messages_total": "Messages by what became of them.",
        "switchboard_queue_copies_total": "Copies made by CC or BCC that were put aside.",
        "switchboard_provider_call_seconds": "Time from offering a message to the provider's answer.",
        "switchboard_publish_confirm_seconds": "Time from publishing an event to the broker's confirm.",
        "switchboard_ledger_commit_seconds": "Time that the ledger took to make a batch durable.",
        "switchboard_ledger_commit_rows": "Rows in a batch of the ledger.",
        "switchboard_ledger_pruned_total": "Old rows that were removed from the ledger.",
        "switchboard_consent_age_seconds": "Age of the newest moment up to which opt-outs are known to be recorded.",
        "switchboard_opt_outs_not_current_total": "Times that a message waited because opt-outs were not known.",
        "switchboard_unreadable_events_total": "Events that the recorder could not read; it should be 0.",
        "switchboard_account_paused": "1 while nothing is sent through the account, else 0.",
        "switchboard_worker_suspended": "1 while the worker takes no messages, because no account can be used.",
        "switchboard_webhooks_total": "Webhooks by path and answer.",
        "switchboard_bridge_spool_records": "Webhooks that wait on the bridge's disk for the broker.",
        "switchboard_bridge_spool_bytes": "Size of the files in which they wait.",
        "switchboard_bridge_spool_oldest_age_seconds": "Age of the oldest webhook on the bridge's disk.",
        "switchboard_status_look_ups_total": "Questions about messages without a final status, by what came of them.",
        "switchboard_inbound_comparisons_total": "Comparisons with the provider's list of messages from people.",
        "switchboard_missed_inbound_total": "Messages from people that no webhook had brought.",
        "switchboard_bridge_outage_age_seconds": "Time since the beginning of an outage that was not compared yet.",
    ]
}

/// Meters of accounts, made when an account is first heard of.
private final class PausedAccountMeters: Sendable {
    private let factory: any MetricsFactory
    private let meters = Mutex<[String: Meter]>([:])

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func set(_ alias: String, _ isPaused: Bool) {
        meters.withLock { meters in
            if let meter = meters[alias] { return meter.set(isPaused ? 1 : 0) }
            let made = Meter(label: "switchboard_account_paused", dimensions: [("account", alias)], factory: factory)
            made.set(isPaused ? 1 : 0)
            meters[alias] = made
        }
    }
}

/// Counters for webhooks, made when a path first answers so.
private final class WebhookCounters: Sendable {
    private struct Key: Hashable {
        let path: String
        let status: Int
    }

    private static let paths = [
        "/twilio/status", "/twilio/inbound", "/twilio/voice", "/twilio/clicks", "/twilio/events", "/twilio/callbacks",
    ]
    private let factory: any MetricsFactory
    private let counters = Mutex<[Key: Counter]>([:])

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func count(path: String, status: Int) {
        let known = Self.paths.first { path == $0 || (path.hasPrefix($0) && path.dropFirst($0.count).first == "/") }
        let key = Key(path: known ?? "other", status: (100...599).contains(status) ? status : 0)
        let counter = counters.withLock { counters in
            if let counter = counters[key] { return counter }
            let made = Counter(
                label: "switchboard_webhooks", dimensions: [("path", key.path), ("status", String(key.status))],
                factory: factory)
            counters[key] = made
            return made
        }
        counter.increment()
    }
}

extension Duration {
    /// Clamped to what 64 bits hold: 292 years.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, isTooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooLong ? .max : sum
    }
}
