/// Whether a number is toll-free in North America: area codes 800, 833, 844, 855, 866, 877 and 888. There the network
/// itself keeps the opt-outs; an address with a channel's prefix is not the network's.
public func isTollFree(_ number: String) -> Bool {
    ["800", "833", "844", "855", "866", "877", "888"].contains { number.hasPrefix("+1\($0)") }
}

extension ProviderError {
    /// Whether it says that the recipient has opted out of all that the sender sends. 30004 is any blocked message, and an
    /// opt-out where the sender is toll-free. 63014 and 63033 are about WhatsApp alone, where the provider keeps them: other
    /// channels go on, and after 63033 so do WhatsApp's utility templates (Twilio, "Error 63033").
    public func isOptOut(sender: String) -> Bool {
        category == .optOut && code != 63014 && code != 63033 || code == 30004 && isTollFree(sender)
    }
}
