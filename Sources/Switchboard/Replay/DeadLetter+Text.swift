import AMQP
import Topics

extension DeadLetter {
    /// The body as text; what is not UTF-8 becomes U+FFFD.
    var text: String { String(decoding: message.body, as: UTF8.self) }

    /// The body as text that does not steer a terminal.
    var textForTerminal: String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0 == "\n" || $0 == "\t" || $0.isVisible ? $0 : "?" }))
    }
}
