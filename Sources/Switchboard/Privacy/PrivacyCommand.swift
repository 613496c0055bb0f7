import ArgumentParser
import Messaging
import Policy

/// `switchboard privacy`: what is kept of one person.
struct PrivacyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy", abstract: "Shows and erases what is kept of one person.",
        discussion: """
            Looks into the ledger, the dead letters, the archive's queue and this machine's spool. Uses SWITCHBOARD_LEDGER_URL \
            and SWITCHBOARD_TOKEN_KEYS as run does; the broker is SWITCHBOARD_PRIVACY_AMQP_URL, else SWITCHBOARD_AMQP_URL, as \
            a user who may read dead.transactional, dead.promotional, unroutable and archive, such as ops. What \
            subscribers have taken, and what the provider keeps, is theirs to show and erase. Both commands are noted in \
            the audit log.
            """,
        subcommands: [PrivacyExportCommand.self, PrivacyEraseCommand.self])
}

/// One person, as messages and records name them.
struct Person {
    let address: Address
    let tokens: [RecipientToken]
    private let keys: RecipientTokenKeys

    init(_ address: Address, _ keys: RecipientTokenKeys) {
        self.address = address
        self.keys = keys
        tokens = keys.tokens(for: address)
    }

    var masked: String { keys.reference(for: address, known: tokens).masked }

    /// Whether a request, as it stands among the dead letters, is to this person. One that cannot be read counts when it
    /// holds the number: its digits as a whole, with whatever stands for the plus sign.
    func isMeant(by request: [UInt8]) -> Bool {
        if let to = (try? SendRequest(json: request))?.to ?? (try? SendRequest(cloudEvent: request))?.to {
            return keys.tokens(for: to) == tokens
        }
        return request.holdsWord(Array(address.number.utf8.drop { $0 == UInt8(ascii: "+") }))
    }

    /// Whether an event is about this person: it names them by a token that is nobody else's.
    func isNamed(in event: [UInt8]) -> Bool { tokens.contains { event.holds(Array($0.text.utf8)) } }
}

extension [UInt8] {
    fileprivate func holds(_ part: [UInt8]) -> Bool { !part.isEmpty && firstRange(of: part) != nil }

    /// Whether the digits stand somewhere without another digit before or behind them.
    fileprivate func holdsWord(_ digits: [UInt8]) -> Bool {
        func isDigit(_ index: Int) -> Bool { indices.contains(index) && (0x30...0x39).contains(self[index]) }
        return !digits.isEmpty
            && ranges(of: digits).contains { !isDigit($0.lowerBound - 1) && !isDigit($0.upperBound) }
    }
}
