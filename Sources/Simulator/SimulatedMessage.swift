import FoundationEssentials

/// One message as the account's log holds it.
struct SimulatedMessage: Sendable {
    /// Who wrote it, and to whom.
    enum Direction: String, Sendable {
        case inbound
        case outboundAPI = "outbound-api"
        case outboundReply = "outbound-reply"
    }

    /// What came of telling the application about the message.
    struct Report: Sendable {
        /// The status that was reported; `received` for a person's message.
        let status: MessageState
        let at: Date
        /// How often it was offered.
        let attempts: Int
        /// What the last attempt came to: an HTTP status, or why there was none.
        let answer: String
        let isSuccess: Bool
    }

    /// How many reports of a message are kept: more than any script makes.
    static let maximumReports = 20

    /// Counts the messages of all accounts from 0.
    let number: Int
    let sid: String
    let accountSID: String
    let direction: Direction
    let to: String
    /// The number that it comes from, which for a messaging service is not shown before the message is queued.
    let from: String
    let serviceSID: String?
    var body: String
    let media: [String]
    let contentSID: String?
    let statusCallback: String?
    let sendAt: Date?
    let outcome: Outcome
    var state: MessageState
    var errorCode: Int?
    let createdAt: Date
    var updatedAt: Date
    var sentAt: Date?
    var reports: [Report] = []

    /// The person's address, whoever wrote.
    var person: String { direction == .inbound ? from : to }
    /// The business's number, whoever wrote.
    var sender: String { direction == .inbound ? to : from }

    /// What the person's STOP covers: the messaging service, or the number where there is none.
    var program: String { serviceSID ?? sender }

    /// `MM` with media, else `SM`.
    static func prefix(media: [String]) -> String { media.isEmpty ? "SM" : "MM" }
}
