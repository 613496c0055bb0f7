import Messaging

/// Blocks what cannot be a number. A Messenger id is none, and passes.
struct NumberShapeRule: Rule {
    let name = "number.e164"
    let reference: String? = "ITU-T E.164, section 6"

    func judge(_ situation: Situation) -> Verdict {
        let address = situation.candidate.request.to
        guard address.prefixChannel != .messenger else {
            return Self.isUserID(address.number)
                ? .passed : .hit(.block, why: "the Messenger id is not 1 to 128 letters, digits and . _ - :")
        }
        return address.isE164
            ? .passed : .hit(.block, why: "the address is not a plus sign and 7 to 15 digits, the first not 0")
    }

    private static func isUserID(_ text: String) -> Bool { isMessageID(text) }
}
