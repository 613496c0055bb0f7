import FoundationEssentials
import GRDB
import Messaging

/// The last word of each person within each program.
final class ConsentTable {
    /// What stands under one token.
    private struct Word {
        var program: Int64
        var kind: RecipientFacts.Consent
        var epoch: Int64
        var at: Int64

        init(_ columns: Columns) {
            program = columns.integer(0)
            // A word of a newer version is taken for a no.
            kind = columns.text(1).flatMap(RecipientFacts.Consent.init) ?? .revoked
            epoch = columns.integer(2)
            at = columns.integer(3)
        }

        /// Whether a change of this kind and instant replaces it: a later one does, and at a tie revoking wins.
        func yields(to kind: RecipientFacts.Consent, at instant: Int64) -> Bool {
            instant > at || (instant == at && kind == .revoked && self.kind != .revoked)
        }
    }

    /// The number of ``ConsentChange/everything``.
    static let everything: Int64 = 0

    private let read: PreparedStatement
    private let write: PreparedStatement
    private let noteEvidence: PreparedStatement
    private let move: PreparedStatement
    private let remove: PreparedStatement
    private let erasures: PreparedStatement

    /// Whoever has seen a word before it was erased must not take a later one for it: no word is changed so often.
    private static let epochsOfAnErasure: Int64 = 1_000_000

    init(_ database: Database, _ values: BoundValues) throws {
        // A person has few words: to read them all is one search, to name two programs would be two.
        read = try PreparedStatement(
            database, values, "SELECT program, kind, epoch, at FROM consent WHERE recipient = ?")
        write = try PreparedStatement(
            database, values,
            """
            INSERT OR REPLACE INTO consent (recipient, program, kind, epoch, at, evidence, keyword)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        noteEvidence = try PreparedStatement(
            database, values, "INSERT INTO evidence (sid, at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        move = try PreparedStatement(
            database, values,
            """
            INSERT OR REPLACE INTO consent (recipient, program, kind, epoch, at, evidence, keyword)
            SELECT ?, program, kind, ?, at, evidence, keyword FROM consent WHERE recipient = ? AND program = ?
            """)
        remove = try PreparedStatement(database, values, "DELETE FROM consent WHERE recipient = ? AND program = ?")
        erasures = try PreparedStatement(database, values, "SELECT erasures FROM ledger")
    }

    /// The last word under any of the tokens, within the program or about everything. The epochs are added up, so that
    /// the sum grows with every change, and stays when a row moves to another token.
    func facts(
        _ recipient: [RecipientToken], program: Int64?, knownAt: Date?
    ) throws(LedgerError) -> RecipientFacts {
        var last: Word?
        var epoch: Int64 = 0
        for token in recipient {
            try read.forEach({ $0.text(token.text) }) { columns in
                let word = Word(columns)
                guard word.program == program || word.program == Self.everything else { return }
                epoch &+= word.epoch
                if last?.yields(to: word.kind, at: word.at) ?? true { last = word }
            }
        }
        let at = last.map { Date(microseconds: $0.at) }
        return RecipientFacts(
            consent: last?.kind ?? .none, consentEpoch: epoch, revokedAt: last?.kind == .revoked ? at : nil,
            grantedAt: last?.kind == .granted ? at : nil, consentKnownAt: knownAt)
    }

    /// Applies a change by its time of receipt; whether it became the last word of one of the programs.
    ///
    /// A provider's SID is applied once, however often and late it comes again. Other evidence (a code, a line of an
    /// import) may be the same for many changes; these come again with the same instant, which changes nothing.
    func apply(_ change: ConsentChange, programs: [Int64]) throws(LedgerError) -> Bool {
        let at = change.at.microseconds
        if isProviderID(change.evidence) {
            let isNew = try noteEvidence.run {
                $0.text(change.evidence)
                $0.integer(at)
            }
            guard isNew > 0 else { return false }
        }
        var isLastWord = false
        for program in programs { if try apply(change, program: program) { isLastWord = true } }
        return isLastWord
    }

    private func apply(_ change: ConsentChange, program: Int64) throws(LedgerError) -> Bool {
        let at = change.at.microseconds
        let kind: RecipientFacts.Consent = change.kind == .revoked ? .revoked : .granted
        let word = try word(change.recipient, program)
        guard word?.yields(to: kind, at: at) ?? true else { return false }
        let epoch = if let word { word.epoch &+ 1 } else { try firstEpoch() }
        try write.run {
            $0.text(change.recipient.text)
            $0.integer(program)
            $0.text(kind.rawValue)
            $0.integer(epoch)
            $0.integer(at)
            $0.text(change.evidence)
            $0.text(change.keyword)
        }
        return true
    }

    /// Moves what stands under older tokens to the newest one, so that an old key is needed no longer.
    func adopt(_ recipient: [RecipientToken]) throws(LedgerError) {
        guard let newest = recipient.first else { return }
        for old in recipient.dropFirst() where old != newest {
            var words: [Word] = []
            try read.forEach({ $0.text(old.text) }) { words.append(Word($0)) }
            for word in words {
                let standing = try self.word(newest, word.program)
                let isLast = standing?.yields(to: word.kind, at: word.at) ?? true
                try move.run {
                    $0.text(newest.text)
                    $0.integer(word.epoch &+ (standing?.epoch ?? 0))
                    $0.text(isLast ? old.text : newest.text)
                    $0.integer(word.program)
                }
                try remove.run {
                    $0.text(old.text)
                    $0.integer(word.program)
                }
            }
        }
    }

    private func firstEpoch() throws(LedgerError) -> Int64 {
        let erasures = try erasures.first({ _ in }, { $0.integer(0) }) ?? 0
        return erasures &* Self.epochsOfAnErasure &+ 1
    }

    private func word(_ token: RecipientToken, _ program: Int64) throws(LedgerError) -> Word? {
        var found: Word?
        try read.forEach({ $0.text(token.text) }) { columns in
            let word = Word(columns)
            if word.program == program { found = word }
        }
        return found
    }
}

/// Whether the text is a provider's SID: two letters and 32 hexadecimal digits.
func isProviderID(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count == 34 else { return false }
    return bytes.prefix(2).allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        && bytes.dropFirst(2).allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
        }
}
