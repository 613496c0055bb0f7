/// What is published: properties and a body.
public struct Message: Sendable, Equatable {
    /// Properties and headers.
    public var properties: MessageProperties
    /// The content.
    public var body: [UInt8]

    /// A message of these parts.
    public init(properties: MessageProperties = MessageProperties(), body: [UInt8]) {
        self.properties = properties
        self.body = body
    }
}
