/// Where a message goes: a channel's address as the request wrote it, such as `+15558675310` or `whatsapp:+1…`.
///
/// An address is personal data: it never describes itself in clear.
public struct Address: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The whole text, with its prefix.
    public let text: String
    /// The channel that the prefix names; nil for a bare number.
    public let prefixChannel: Channel?

    /// Splits the text at its prefix. Whether the rest is a number is for the policy to judge.
    ///
    /// - Throws: ``RequestProblem`` when the prefix is none of `whatsapp`, `rcs`, `messenger`.
    public init(_ text: String, field: String = "to") throws(RequestProblem) {
        self.text = text
        guard let colon = text.firstIndex(of: ":") else {
            prefixChannel = nil
            return
        }
        guard let channel = Channel(rawValue: String(text[..<colon])), channel.addressPrefix != nil else {
            throw RequestProblem(field: field, problem: "has a prefix that is none of whatsapp, rcs, messenger")
        }
        prefixChannel = channel
    }

    /// Stands where an address is not known yet.
    static let none = Address()

    private init() {
        text = ""
        prefixChannel = nil
    }

    /// The text without its prefix: a number in E.164, or a user id on Messenger.
    public var number: String {
        guard prefixChannel != nil, let colon = text.firstIndex(of: ":") else { return text }
        return String(text[text.index(after: colon)...])
    }

    /// Whether ``number`` is E.164: a plus sign, a first digit that is not zero, 7 to 15 digits in all
    /// (ITU-T E.164, section 6).
    public var isE164: Bool { isE164Number(number) }

    /// A placeholder: an address is not for logs.
    public var description: String { "<address>" }
    /// A placeholder: an address is not for logs.
    public var debugDescription: String { "<address>" }
}

/// Whether the text is a number in E.164: `+`, then 7 to 15 digits of which the first is not zero.
public func isE164Number(_ text: String) -> Bool {
    var bytes = text.utf8.makeIterator()
    guard bytes.next() == UInt8(ascii: "+"), let first = bytes.next(), (0x31...0x39).contains(first) else {
        return false
    }
    var digits = 1
    while let byte = bytes.next() {
        guard (0x30...0x39).contains(byte) else { return false }
        digits += 1
    }
    return (7...15).contains(digits)
}
