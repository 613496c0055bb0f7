import Crypto
import Foundation
import Messaging
import Policy

/// `bench-policy`: what a decision costs, and how the search for personal data grows with its text; Markdown.
///
/// Beside each stands a yardstick of the same minute, the SHA-256 of 1 KiB: only ratios to it compare between machines.
@main enum Program {
    static func main() throws {
        let yardstick = self.yardstick()
        print("Yardstick: SHA-256 of 1 KiB, \(microseconds(yardstick.time))\n")
        try decisions(yardstick)
        print("")
        redaction()
    }

    private static func yardstick() -> Cost {
        let block = Data(repeating: 7, count: 1024)
        var sum: UInt64 = 0
        let cost = Cost.of(20_000) { sum &+= UInt64(SHA256.hash(data: block).first { _ in true } ?? 0) }
        precondition(sum > 0)
        return cost
    }

    /// All rules, and facts of a person who has agreed, some of whose messages count.
    private static func decisions(_ yardstick: Cost) throws {
        let engine = PolicyEngine.shipped
        let now = Date(timeIntervalSince1970: 1_795_273_200)
        let facts = RecipientFacts(consent: .granted, consentEpoch: 1, revokedAt: nil, consentKnownAt: now)
        var traffic = TrafficFacts()
        traffic.sentIn24Hours = 1
        traffic.isFirstOfProgram = false
        traffic.numberState = .good
        traffic.reassignment.add(Reassignment(.no, consentAt: now, at: now))
        traffic.toPrefixIn10Minutes = 3
        var wrong: [String] = []
        print("| 160 characters | a second | CPU | allocations | × the yardstick |")
        print("| --- | --- | --- | --- | --- |")
        for messageClass in MessageClass.allCases {
            for sample in Sample.messages {
                let request = SendRequest(to: try Address("+14155550132"), body: sample.text)
                func decide() -> Decision {
                    let candidate = Candidate(
                        request: request, text: sample.text, app: "shop", messageClass: messageClass,
                        purpose: messageClass == .promotional ? "spring" : "order-shipped", isTrusted: false)
                    let reviewed = engine.reviewed(candidate)
                    _ = engine.trafficQuestion(reviewed)
                    return engine.decide(reviewed, facts: facts, traffic: traffic, now: now)
                }
                let isBlocked = decide().outcome >= .block
                if messageClass == .transactional, isBlocked != sample.isBlocked { wrong.append(sample.name) }
                let cost = Cost.of(20_000) { _ = decide() }
                print(
                    "| \(messageClass.rawValue), \(sample.name) | \(Int(1e9 / cost.time / 1000)),000 | "
                        + "\(microseconds(cost.time)) | \(Int(cost.allocations.rounded())) | "
                        + "\(String(format: "%.1f", cost.time / yardstick.time)) |")
            }
        }
        precondition(wrong.isEmpty, "judged otherwise than expected: \(wrong)")
    }

    /// Nanoseconds a character, which must not grow with the text.
    private static func redaction() {
        let engine = PolicyEngine.shipped
        let sizes = [1_000, 10_000, 100_000]
        print("| ns a character, at | " + sizes.map { "\($0)" }.joined(separator: " | ") + " |")
        print("| --- |" + sizes.map { _ in " --- |" }.joined())
        for index in Sample.hostile(1).indices {
            let cells = sizes.map { size in
                let sample = Sample.hostile(size)[index]
                let cost = Cost.of(rounds: 3, max(3, 200_000 / size)) {
                    _ = engine.clearText(sample.text, app: "shop", from: nil)
                }
                return String(format: "%.1f", cost.time / Double(size))
            }
            print("| \(Sample.hostile(1)[index].name) | " + cells.joined(separator: " | ") + " |")
        }
    }

    private static func microseconds(_ time: Double) -> String { String(format: "%.1f µs", time / 1000) }
}
