import Metrics

/// What the recorder could not record, for an alert: it should always be 0.
enum RecorderMetrics {
    private static let consent = counter("consent")
    private static let recorder = counter("recorder")

    private static func counter(_ queue: String) -> Counter {
        Counter(label: "switchboard_recorder_unreadable_events", dimensions: [("queue", queue)])
    }

    static func unreadableConsent() { consent.increment() }

    static func unreadableStatus() { recorder.increment() }
}
