import FoundationEssentials
import GRDB
import Messaging

/// What is known of people's numbers: when somebody last wrote from one, and whether the provider called it bad.
final class NumberTable {
    private let noteInbound: PreparedStatement
    private let inbound: PreparedStatement
    private let noteBad: PreparedStatement
    private let clear: PreparedStatement
    private let bad: PreparedStatement

    init(_ database: Database, _ values: BoundValues) throws {
        func statement(_ sql: String) throws -> PreparedStatement { try PreparedStatement(database, values, sql) }
        noteInbound = try statement(
            """
            INSERT INTO last_inbound (recipient, program, channel, at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at > at
            """)
        inbound = try statement("SELECT at FROM last_inbound WHERE recipient = ? AND program = ? AND channel = ?")
        noteBad = try statement(
            """
            INSERT INTO bad_number (recipient, channel, code, at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET code = excluded.code, at = excluded.at WHERE excluded.at > at
            """)
        clear = try statement("DELETE FROM bad_number WHERE recipient = ? AND channel = ? AND at <= ?")
        bad = try statement("SELECT code, at FROM bad_number WHERE recipient = ? AND channel = ?")
    }

    func noteInbound(
        _ recipient: RecipientToken, program: Int64, channel: Channel, at: Date
    ) throws(LedgerError) {
        try noteInbound.run {
            $0.text(recipient.text)
            $0.integer(program)
            $0.text(channel.rawValue)
            $0.integer(at.microseconds)
        }
    }

    /// When the person last wrote to the sender on the channel, under any of the tokens. Over the network's channels a
    /// person answers as their telephone likes.
    func lastInbound(
        _ recipient: [RecipientToken], program: Int64?, channel: Channel
    ) throws(LedgerError) -> TrafficFacts.LastInbound {
        guard let program else { return .never }
        var last: Int64?
        let channels: [Channel] = [.sms, .mms, .rcs].contains(channel) ? [.sms, .mms, .rcs] : [channel]
        for token in recipient {
            for channel in channels {
                let at = try inbound.first(
                    {
                        $0.text(token.text)
                        $0.integer(program)
                        $0.text(channel.rawValue)
                    }, { $0.integer(0) })
                if let at { last = max(last ?? .min, at) }
            }
        }
        return last.map { .at(Date(microseconds: $0)) } ?? .never
    }

    /// Remembers what a status tells of the number that the message went to.
    func note(_ report: StatusReport) throws(LedgerError) {
        guard let recipient = report.recipient, let channel = report.channel, let news = report.newsOfNumber else {
            return
        }
        switch news {
        case .bad(let code):
            try noteBad.run {
                $0.text(recipient.text)
                $0.text(channel.rawValue)
                $0.integer(code)
                $0.integer(report.at.microseconds)
            }
        case .good:
            try clear.run {
                $0.text(recipient.text)
                $0.text(channel.rawValue)
                $0.integer(report.at.microseconds)
            }
        }
    }

    /// The provider's last word on a number, if it is not older than so many seconds.
    func state(
        _ recipient: [RecipientToken], channel: Channel, age: Int, now: Date
    ) throws(LedgerError) -> TrafficFacts.NumberState {
        var last: (code: Int, at: Int64)?
        for token in recipient {
            let word = try bad.first(
                {
                    $0.text(token.text)
                    $0.text(channel.rawValue)
                }, { (code: $0.int(0), at: $0.integer(1)) })
            if let word, word.at > last?.at ?? .min { last = word }
        }
        guard let last, last.at > now.microseconds &- Int64(age) &* 1_000_000 else { return .good }
        return .bad(code: last.code)
    }
}

extension StatusReport {
    /// What it tells of the number; nil for nothing.
    var newsOfNumber: TrafficFacts.NumberState? {
        switch status {
        case .delivered, .read: .good
        case .refused, .undelivered, .failed:
            errorCode.flatMap { TrafficFacts.NumberState.badCodes.contains($0) ? .bad(code: $0) : nil }
        default: nil
        }
    }
}
