import ArgumentParser
import Messaging

/// Whom a command is about.
struct PersonArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The number, or whatsapp:+1… or messenger:…; - reads it from standard input.",
            discussion: "There it stands neither in the shell's history nor in the list of processes.",
            valueName: "recipient"))
    var recipient: String

    /// Whether standard input is used up.
    var isFromInput: Bool { recipient == "-" }

    func validate() throws { if !isFromInput { _ = try Self.address(recipient) } }

    /// The address; wrong usage where it is none.
    func address() throws -> Address { try Self.address(isFromInput ? readLine() ?? "" : recipient) }

    private static func address(_ text: String) throws -> Address {
        let text = text.filter { !$0.isWhitespace }
        guard let address = try? Address(text), address.isE164 || address.prefixChannel == .messenger else {
            throw ValidationError("a recipient is a number such as +15558675310, or whatsapp:+1… rcs:+1… messenger:…")
        }
        return address
    }
}
