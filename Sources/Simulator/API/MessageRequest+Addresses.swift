import Messaging

extension MessageRequest {
    /// A number in E.164 or the address of a channel, and none of the magic ones.
    static func checkRecipient(_ to: String) throws(APIError) {
        guard let address = try? Address(to), isReachable(address) else { throw .invalidRecipient(to) }
        if let error = MagicNumbers.error(to: address.number) { throw error }
    }

    /// A number in E.164, a short code, a name, or the address of the channel that the recipient is on.
    static func checkSender(_ from: String, to: String, senders: Set<String>) throws(APIError) {
        guard from != to else { throw APIError(21266, "'To' and 'From' number cannot be the same: \(to)") }
        let address = try? Address(from)
        guard let address, isReachable(address) || isShortCode(from) || isAlphanumericSender(from) else {
            throw APIError(21212, "The 'From' number \(from) is not a valid phone number, short code or sender ID")
        }
        guard address.prefixChannel == (try? Address(to))?.prefixChannel else {
            throw APIError(21910, "Invalid 'From' and 'To' pair: both must be of the same channel")
        }
        if let error = MagicNumbers.error(from: address.number) { throw error }
        guard senders.isEmpty || senders.contains(from) || from == MagicNumbers.sender else {
            throw .unusableSender(from)
        }
    }

    /// A person or a sender on a channel; Messenger's have no numbers.
    static func isReachable(_ address: Address) -> Bool {
        address.isE164
            || (address.prefixChannel == .messenger && (1...64).contains(address.number.utf8.count)
                && address.number.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    private static func isShortCode(_ text: String) -> Bool {
        (3...8).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Up to 11 letters, digits, spaces and a few signs, among them a letter (Twilio, "Alphanumeric Sender ID").
    private static func isAlphanumericSender(_ text: String) -> Bool {
        let isLetter: (UInt8) -> Bool = { (0x41...0x5A).contains($0 & 0xDF) }
        return (1...11).contains(text.utf8.count) && text.utf8.contains(where: isLetter)
            && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || " +-_&".utf8.contains($0) }
    }
}
