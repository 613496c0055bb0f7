extension ScannedText {
    /// Marks the values of `key=value` and `key: value` whose key names a secret, what follows "Bearer", and the user
    /// information of URLs.
    mutating func markSecrets() {
        var index = 0
        while index < count {
            switch folded[index] {
            case UInt8(ascii: "="), UInt8(ascii: ":"):
                let end = matches("://", at: index) ? userInformationEnd(from: index + 3) : valueEnd(from: index)
                index = max(end ?? 0, index + 1)
            case UInt8(ascii: "b") where matches("bearer ", at: index) && !isLetter(index - 1):
                let end = endOfWord(from: index + 7)
                mark(index + 7..<end, as: .secret)
                index = max(end, index + 7)
            default:
                index += 1
            }
        }
    }

    /// `user:password@` after the two slashes; returns where to go on.
    private mutating func userInformationEnd(from start: Int) -> Int? {
        var end = start
        var at: Int?
        while end < count, !Self.endsAuthority(folded[end]) {
            if folded[end] == UInt8(ascii: "@") { at = end }
            end += 1
        }
        guard let at, at > start else { return nil }
        mark(start..<at, as: .secret)
        return at
    }

    /// The value behind a separator, if its key names a secret; returns where to go on.
    private mutating func valueEnd(from separator: Int) -> Int? {
        guard let kind = SecretKey(keyName(before: separator), isAssigned: folded[separator] == UInt8(ascii: "="))
        else {
            return nil
        }
        var start = separator + 1
        while self[start] == UInt8(ascii: " "), start - separator < 4 { start += 1 }
        let quote = self[start]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            start += 1
            var end = start
            while end < count, folded[end] != quote { end += self[end] == UInt8(ascii: "\\") ? 2 : 1 }
            mark(start..<end, as: .secret)
            return end
        }
        // A recipient token is a pseudonym, made to be shown.
        if kind == .token, startsWithRecipientToken(start) { return nil }
        var end = endOfWord(from: start)
        if kind == .header {
            while end < count, self[end] != UInt8(ascii: "\n"), self[end] != UInt8(ascii: "\"") { end += 1 }
        }
        mark(start..<end, as: .secret)
        return end
    }

    /// The word before a separator, without a quote and up to three spaces between them.
    private func keyName(before separator: Int) -> String {
        var end = separator
        while separator - end < 3, self[end - 1] == UInt8(ascii: " ") { end -= 1 }
        if self[end - 1] == UInt8(ascii: "\"") || self[end - 1] == UInt8(ascii: "'") { end -= 1 }
        var start = end
        while end - start < 48, start > 0, isKeyByte(start - 1) { start -= 1 }
        return String(decoding: folded[start..<max(start, end)], as: UTF8.self)
    }

    private func isKeyByte(_ index: Int) -> Bool {
        isLetter(index) || isDigit(index) || self[index] == UInt8(ascii: "_") || self[index] == UInt8(ascii: "-")
            || self[index] == UInt8(ascii: ".")
    }

    private func startsWithRecipientToken(_ start: Int) -> Bool {
        start + 3 < count && scalars[start] == "p" && scalars[start + 1] == "h" && scalars[start + 2] == "_"
    }

    private func endOfWord(from start: Int) -> Int {
        var end = start
        while end < count, !Self.endsValue(folded[end]) { end += 1 }
        return end
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""),
            UInt8(ascii: "'"), UInt8(ascii: "\n"), UInt8(ascii: "\t"):
            true
        default: false
        }
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"),
            UInt8(ascii: "}"), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

/// What a key says of its value.
private enum SecretKey {
    /// One word, or everything up to the line's end.
    case value, token, header

    /// nil for the name of something that may be seen.
    ///
    /// - Parameter isAssigned: written with an equals sign; some words are too common before a colon.
    init?(_ key: String, isAssigned: Bool) {
        let name = key.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
        let letters = String(decoding: name, as: UTF8.self)
        let last = key.split(whereSeparator: { $0 == "_" || $0 == "-" || $0 == "." }).last.map(String.init) ?? ""
        if letters.hasSuffix("authorization") || letters.hasSuffix("cookie") {
            self = .header
        } else if letters.hasSuffix("token") {
            self = .token
        } else if Self.endings.contains(where: letters.hasSuffix) || Self.words.contains(last) {
            self = .value
        } else if isAssigned, Self.assigned.contains(key) {
            self = .value
        } else {
            return nil
        }
    }

    private static let endings = [
        "password", "passwd", "passphrase", "secret", "apikey", "privatekey", "accesskey", "signature", "credentials",
    ]
    private static let words: Set<String> = ["pwd", "pass", "otp", "pin"]
    private static let assigned: Set<String> = ["key", "sig", "auth", "code", "session", "sessionid"]
}
