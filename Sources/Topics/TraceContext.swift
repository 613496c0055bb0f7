public import AMQP

/// The trace context that a message carries in its header `traceparent`: version 00 of W3C Trace Context, section 3.2.
/// nil where there is none; anything else is nobody's trace, and of any size, so it is not carried along.
public func traceparent(of properties: MessageProperties) -> String? {
    guard let text = properties.headers["traceparent"]?.string, text.utf8.count == 55 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isWellFormed =
        parts.map(\.utf8.count) == [2, 32, 16, 2] && parts[0] == "00"
        && parts.allSatisfy { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
    return isWellFormed ? text : nil
}
