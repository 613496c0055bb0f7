import Messaging

/// Blocks a rendered text that the provider would refuse.
struct LengthRule: Rule {
    let name = "content.length"
    let reference: String? = "Twilio error 21617"
    /// Unicode scalars.
    let maximum: Int

    var parameters: [String: String] { ["maximum": "\(maximum)"] }

    func judge(_ situation: Situation) -> Verdict {
        guard let text = situation.candidate.text else {
            // A message of media alone has no text; one that is rendered elsewhere has a text that is not known here.
            let request = situation.candidate.request
            return request.template == nil && request.content == nil ? .passed : .notRun
        }
        // A scalar takes at least one byte, so most texts are measured without looking at them.
        guard text.utf8.count > maximum else { return .passed }
        let length = text.unicodeScalars.count
        guard length > maximum else { return .passed }
        return .hit(.block, why: "the rendered text has \(length) characters; at most \(maximum) are sent")
    }
}
