public import Messaging

/// The exchanges of the contract, section 1.
public enum Exchange {
    /// Apps publish here.
    public static let send = "send"
    /// Every event, redacted.
    public static let events = "events"
    /// The same events with addresses and bodies.
    public static let clearEvents = "events.clear"
    /// Retries and deferrals: `<class>.<step>`.
    public static let delay = "delay"
    /// Back from a delay: `<class>`.
    public static let requeue = "requeue"
    /// What could not be processed: `<class>`.
    public static let dead = "dead"
    /// What no queue took.
    public static let unroutable = "unroutable"

    /// All of them.
    public static let all = [send, events, clearEvents, delay, requeue, dead, unroutable]
}

/// The queues of the contract, section 1.
public enum QueueName {
    /// Opt-outs and ticks, to a single active consumer.
    public static let consent = "consent"
    /// Statuses and conversations.
    public static let recorder = "recorder"
    /// Every event, for whoever keeps them.
    public static let archive = "archive"

    /// What no queue took.
    public static let unroutable = "unroutable"

    /// What the workers consume.
    public static func send(_ messageClass: MessageClass) -> String { "send.\(messageClass.rawValue)" }

    /// What waits for its step to pass.
    public static func delay(_ messageClass: MessageClass, _ step: DelayStep) -> String {
        "delay.\(messageClass.rawValue).\(step.rawValue)"
    }

    /// What could not be processed.
    public static func dead(_ messageClass: MessageClass) -> String { "dead.\(messageClass.rawValue)" }

    /// All of them.
    public static var all: [String] {
        MessageClass.allCases.flatMap { messageClass in
            [send(messageClass), dead(messageClass)] + DelayStep.allCases.map { delay(messageClass, $0) }
        } + [consent, recorder, "crm", "cdp", archive, "alerts", unroutable]
    }
}
