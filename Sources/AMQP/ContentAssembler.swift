/// Puts the frames of one channel's messages together: a method that announces content, a header, and body frames until
/// the size that the header gave is there.
struct ContentAssembler<Announcement> {
    /// A message with what announced it.
    struct Content {
        let announcement: Announcement
        let message: Message
        let problem: Delivery.Problem?
    }

    let maximumBodySize: Int
    private var announcement: Announcement?
    private var header: ContentHeader?
    private var remaining: UInt64 = 0
    private var body: [UInt8] = []

    init(maximumBodySize: Int) {
        self.maximumBodySize = maximumBodySize
    }

    /// Whether a message has begun and is not complete.
    var isBusy: Bool { announcement != nil }

    mutating func begin(_ announcement: Announcement) throws(AMQPError) {
        guard self.announcement == nil else { throw Self.unexpected("a method") }
        self.announcement = announcement
    }

    /// The message, when it has no body.
    mutating func take(_ header: ContentHeader) throws(AMQPError) -> Content? {
        guard announcement != nil, self.header == nil else { throw Self.unexpected("a content header") }
        self.header = header
        remaining = header.bodySize
        return remaining == 0 ? finish() : nil
    }

    /// The message, when this was its last frame.
    mutating func take(_ fragment: UnsafeRawBufferPointer) throws(AMQPError) -> Content? {
        guard let header, UInt64(fragment.count) <= remaining else { throw Self.unexpected("a body") }
        remaining -= UInt64(fragment.count)
        if header.bodySize <= UInt64(maximumBodySize) {
            if body.isEmpty, remaining > 0 { body.reserveCapacity(Int(header.bodySize)) }
            body.append(contentsOf: fragment)
        }
        return remaining == 0 ? finish() : nil
    }

    private mutating func finish() -> Content? {
        guard let announcement, let header else { return nil }
        let tooLarge = header.bodySize > UInt64(maximumBodySize)
        let content = Content(
            announcement: announcement, message: Message(properties: header.properties, body: body),
            problem: tooLarge ? .bodyTooLarge(size: header.bodySize) : header.problem)
        self = ContentAssembler(maximumBodySize: maximumBodySize)
        return content
    }

    private static func unexpected(_ what: String) -> AMQPError {
        AMQPError(.protocolError, "\(what) frame where none may come")
    }
}
