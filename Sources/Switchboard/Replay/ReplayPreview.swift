import AMQP
import Topics

/// What a replay would do.
struct ReplayPreview {
    private(set) var summary = DeadLetterSummary()
    private(set) var refused: [String: Int] = [:]
    /// How many messages each queue held; the replay looks at no more.
    private(set) var looked: [(queue: String, count: Int)] = []
    private(set) var isCutShort = false

    var planned: Int { summary.total }

    init(_ replay: ReplayPass, _ queues: QueuePass) async throws(ReplayProblem) {
        for queue in replay.filter.queues {
            var (summary, refused) = (summary, refused)
            let outcome = try await queues.run(queue.name) { delivery in
                let letter = DeadLetter(delivery, from: queue.name)
                switch replay.plan(letter) {
                case nil: break
                case .refuse(let reason): refused[reason, default: 0] += 1
                case .replay:
                    if let limit = replay.limit, summary.total >= limit { return .stop }
                    summary.add(DeadLetterEntry(letter, age: letter.age(at: replay.now)))
                }
                return .keep
            }
            (self.summary, self.refused) = (summary, refused)
            looked.append((queue.name, outcome.looked))
            isCutShort = isCutShort || outcome.isCutShort
        }
    }

    func print() {
        printLine("\(planned) would be given back" + (planned == 0 ? "" : ":"))
        for line in summary.lines { printLine("  \(line)") }
        for (reason, count) in refused.sorted(by: { $0.key < $1.key }) { complain("\(count) would stay: \(reason)") }
        if isCutShort { complain("more messages stand there than can be held at once: run it again afterwards") }
    }
}
