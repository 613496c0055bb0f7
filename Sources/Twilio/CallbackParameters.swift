import Messaging

/// Takes the parameters of a callback one by one, each checked; what nobody took is the rest.
///
/// A parameter that stands twice counts with its first value, as the provider's own libraries read it.
struct CallbackParameters {
    private(set) var rest: [String: String] = [:]

    init(_ form: FormFields) {
        for field in form.fields where rest[field.name] == nil { rest[field.name] = field.value }
    }

    /// A parameter that may be absent; an empty one counts as absent.
    mutating func take(_ name: String) -> String? {
        guard let value = rest.removeValue(forKey: name), !value.isEmpty else { return nil }
        return value
    }

    mutating func take(_ name: String, _ isValid: (String) -> Bool) throws(WebhookProblem) -> String? {
        guard let value = take(name) else { return nil }
        guard isValid(value) else { throw WebhookProblem(field: name, problem: "is not a valid value") }
        return value
    }

    mutating func takeNumber(_ name: String, _ range: ClosedRange<Int>) throws(WebhookProblem) -> Int? {
        guard let value = take(name) else { return nil }
        guard value.utf8.count <= 9, value.utf8.allSatisfy(isDigit), let number = Int(value), range.contains(number)
        else {
            throw WebhookProblem(
                field: name, problem: "is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func takeSID(_ name: String, prefix: String) throws(WebhookProblem) -> String? {
        guard let value = take(name) else { return nil }
        guard isSID(value, prefix: prefix) else {
            throw WebhookProblem(field: name, problem: "is not \(prefix) and 32 hexadecimal digits")
        }
        return value
    }

    mutating func takeAccountSID() throws(WebhookProblem) -> String {
        guard let sid = try takeSID("AccountSid", prefix: "AC") else {
            throw WebhookProblem(field: "AccountSid", problem: "is missing")
        }
        return sid
    }

    /// `MessageSid`, or the older `SmsSid`.
    mutating func takeMessageSID() throws(WebhookProblem) -> String {
        let sid = take("MessageSid")
        guard let sid = sid ?? take("SmsSid") else { throw WebhookProblem(field: "MessageSid", problem: "is missing") }
        guard isMessageSID(sid) else {
            throw WebhookProblem(field: "MessageSid", problem: "is not SM or MM and 32 hexadecimal digits")
        }
        return sid
    }

    mutating func drop(_ names: String...) {
        for name in names { rest[name] = nil }
    }
}
