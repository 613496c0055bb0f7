import Foundation
import Messaging

/// The rows with which the harness has filled the ledger (`harness/ledger.py` makes the same), and those that follow.
///
/// Ids look random, as apps and providers make them: each is on a page of its own.
struct Rows {
    /// How many messages the ledger was filled with; their numbers begin with 1.
    let count: Int
    /// When the last of them came.
    let end: Date

    static let program = "MG00000000000000000000000000000001"

    private static func mixed(_ number: Int, _ factor: UInt64) -> String {
        let hash = String((UInt64(number) &* factor) & 0xFFFF_FFFF, radix: 16)
        return String(repeating: "0", count: 8 - hash.count) + hash
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    func key(_ number: Int) -> MessageKey {
        MessageKey(app: "shop", messageID: "\(Self.mixed(number, 2_654_435_761))-\(Self.padded(number, 12))")
    }

    func sid(_ number: Int) -> String { "SM\(Self.mixed(number, 2_246_822_519))\(Self.padded(number, 24))" }

    /// Each person gets five messages.
    func person(_ number: Int) -> RecipientToken {
        let person = number % max(1, count / 5)
        return RecipientToken("ph_k1_\(Self.mixed(person, 3_266_489_917))\(Self.padded(person, 24))")
    }

    func claim(_ number: Int, at now: Date) -> MessageClaim {
        MessageClaim(
            key: key(number), requestHash: [UInt8](repeating: 7, count: 32), messageClass: .transactional,
            purpose: "order-shipped", channel: .sms, recipient: [person(number)], program: Self.program, now: now)
    }

    func start(_ number: Int, at now: Date) -> AttemptStart {
        AttemptStart(
            key: key(number), attempt: 1, worker: "w1", recipient: [person(number)], program: Self.program,
            consentEpoch: consentEpoch(number), decision: decision(number), now: now, expiresAt: nil)
    }

    /// One person in fifty has said yes.
    func consentEpoch(_ number: Int) -> Int64 {
        let people = max(1, count / 5)
        let last = count - people + 1
        // The one of the last messages that was this person's.
        let message = last + (number % people - last % people + people) % people
        return message % 50 == 0 ? 1 : 0
    }

    /// What worker or provider tells of a message.
    func report(_ number: Int, _ status: MessageStatus, at now: Date) -> StatusReport {
        var report = StatusReport(key: key(number), sid: sid(number), status: status, at: now)
        report.attempt = 1
        report.recipient = person(number)
        report.program = Self.program
        report.metadata = ["campaign": "spring"]
        return report
    }

    /// As long as the worker's; a thousand messages have the same.
    func decision(_ number: Int) -> [UInt8] {
        Array((String(repeating: "{\"outcome\":\"allow\",\"reasons\":[]}", count: 20) + "\(number / 1000)").utf8)
    }
}
