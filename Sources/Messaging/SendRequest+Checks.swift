extension SendRequest {
    /// The longest text, in Unicode scalars, that the provider takes (error 21617 beyond it).
    public static let maximumBodyLength = 1600

    /// What the wire format promises beyond types: limits, combinations, no personal data where it would travel in
    /// URLs and logs.
    func check() throws(RequestProblem) {
        guard channel.isHonoured else {
            throw RequestProblem(field: "channel", problem: "\(channel.rawValue) is not sent by this version")
        }
        try checkText()
        guard media.count <= 10 else { throw RequestProblem(field: "media", problem: "has more than 10 URLs") }
        for (index, url) in media.enumerated() where !isWebURL(url) {
            throw RequestProblem(field: "media[\(index)]", problem: "is not an http or https URL")
        }
        if consentEvidence == "" { throw RequestProblem(field: "consent.evidence", problem: "is missing or empty") }
        if let sendAt, let expiresAt, expiresAt <= sendAt {
            throw RequestProblem(field: "expiresAt", problem: "is not after sendAt")
        }
        if let id = recipient.id {
            guard !id.isEmpty, id.utf8.count <= 128 else {
                throw RequestProblem(field: "recipient.id", problem: "is empty or longer than 128 bytes")
            }
            try refusePersonalData(id, field: "recipient.id")
        }
        // A state's law that is misspelt would not hold.
        if let region = recipient.region, !isRegionCode(region) {
            throw RequestProblem(
                field: "recipient.region", problem: "is no code of ISO 3166 such as US or US-FL, in capital letters")
        }
        try checkPairs(metadata, field: "metadata", key: 40, value: 120)
        try checkPairs(tags, field: "tags", key: 128, value: 256)
    }

    private func checkText() throws(RequestProblem) {
        let texts = [body != nil, template != nil, content != nil].filter { $0 }.count
        guard texts <= 1 else {
            throw RequestProblem(field: "body", problem: "stands beside template or content; at most one may")
        }
        guard texts == 1 || !media.isEmpty else {
            throw RequestProblem(field: "body", problem: "is missing, and so are template, content and media")
        }
        if let body {
            guard !body.isEmpty else { throw RequestProblem(field: "body", problem: "is empty") }
            guard body.unicodeScalars.count <= Self.maximumBodyLength else {
                throw RequestProblem(field: "body", problem: "has more than \(Self.maximumBodyLength) characters")
            }
        }
        if let content, !isSID(content.sid, prefix: "HX") {
            throw RequestProblem(field: "content.sid", problem: "is not HX and 32 hexadecimal digits")
        }
    }

    private func checkPairs(
        _ pairs: [String: String], field: String, key maximumKey: Int, value maximumValue: Int
    ) throws(RequestProblem) {
        guard pairs.count <= 10 else { throw RequestProblem(field: field, problem: "has more than 10 pairs") }
        for (key, value) in pairs {
            guard !key.isEmpty, key.utf8.count <= maximumKey else {
                throw RequestProblem(
                    field: field, problem: "has a key that is empty or longer than \(maximumKey) bytes")
            }
            guard value.utf8.count <= maximumValue else {
                throw RequestProblem(field: field, problem: "has a value longer than \(maximumValue) bytes")
            }
            try refusePersonalData(key, field: "\(field) key")
            try refusePersonalData(value, field: field)
        }
    }
}

/// Whether the text is a provider's SID: the prefix and 32 hexadecimal digits.
public func isSID(_ text: String, prefix: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count == prefix.utf8.count + 32, text.hasPrefix(prefix) else { return false }
    return bytes.dropFirst(prefix.utf8.count).allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }
}

/// Whether the text begins as a web URL and holds nothing that could break out of one.
private func isWebURL(_ text: String) -> Bool {
    (text.hasPrefix("https://") || text.hasPrefix("http://"))
        && (9...2000).contains(text.utf8.count)
        && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "<") }
}
