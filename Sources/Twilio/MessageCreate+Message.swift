public import Messaging

extension MessageCreate {
    /// A message that is ready to be sent, in the provider's parameters.
    public init(_ message: OutboundMessage) {
        self.init(to: message.to.text)
        switch message.sender {
        case .messagingService(let sid):
            messagingServiceSID = sid
        case .number(let number):
            // On a channel with a prefix both addresses have it (error 21910 otherwise).
            let prefix = number.contains(":") ? nil : message.channel.addressPrefix
            from = prefix.map { "\($0):\(number)" } ?? number
        }
        body = message.body
        mediaURLs = message.media
        if let content = message.content {
            contentSID = content.sid
            contentVariables = content.variables.isEmpty ? nil : Self.json(content.variables)
        }
        statusCallback = message.statusCallback
        validityPeriod = message.validityPeriod.flatMap { $0 < Self.longestValidity ? max($0, 1) : nil }
        if message.isRedactedAtProvider {
            contentRetention = .discard
            addressRetention = .obfuscate
        }
        if message.shortenLinks { shortenURLs = true }
        if message.channel == .mms, message.media.isEmpty { sendAsMMS = true }
        if !message.tags.isEmpty { further.append(.init("Tags", Self.json(message.tags))) }
    }

    /// The provider's own limit and default, in seconds (parameter `ValidityPeriod`).
    static let longestValidity = 36_000

    private static func json(_ pairs: [String: String]) -> String {
        var json = JSONText(reservingCapacity: 256)
        json.pairs(nil, pairs)
        return json.string
    }
}
