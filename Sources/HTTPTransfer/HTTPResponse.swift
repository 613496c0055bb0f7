/// The answer to a request, whole in memory. A status of 400 and above is an answer too, not an error.
public struct HTTPResponse: Sendable {
    /// The final status, 200 to 599 from a sane server; interim ones (1xx) are skipped.
    public let status: Int
    /// As received, of whatever encoding the server chose; compressed content is not asked for.
    public let body: [UInt8]

    private let block: HeaderBlock

    /// An answer made by hand, for tests of what reads answers.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.init(status: status, block: HeaderBlock(headers), body: body)
    }

    init(status: Int, block: HeaderBlock, body: [UInt8]) {
        self.status = status
        self.block = block
        self.body = body
    }

    /// In the order of arrival, without trailers; names as the server wrote them, values trimmed. Bytes that are not
    /// UTF-8 are replaced. Parsed at each call.
    public var headers: [(name: String, value: String)] { block.fields }

    /// The value of the first header of that name, whatever its case; nil when there is none.
    public func header(_ name: String) -> String? { block.firstValue(of: name) }
}

/// Printing an answer shows its size, never its content.
extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The status and the length of the body.
    public var description: String { "status \(status), \(body.count) bytes" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["response": description]) }
}
