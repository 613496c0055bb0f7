// What holds addresses, texts or whatever else people send prints only what identifies it, even when it is dumped: what is
// printed ends in logs.

extension FormFields: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many fields there are.
    public var description: String { "\(fields.count) fields" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["FormFields": description]) }
}

extension MessageCreate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind of thing it is.
    public var description: String { "a message to be created" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["MessageCreate": description]) }
}

extension MessageResource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// SID and status.
    public var description: String { "\(sid) \(status.word)" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["MessageResource": description]) }
}

extension StatusCallback: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// SID and status.
    public var description: String { "\(messageSID) \(status.word)" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["StatusCallback": description]) }
}

extension InboundMessage: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The SID.
    public var description: String { messageSID }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["InboundMessage": description]) }
}

extension FormFields.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder: names come from outside too.
    public var description: String { "<field>" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// As ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["Field": description]) }
}
