/// Secrets in links: user information, values whose key names a secret, and long random values and path segments.
/// Scheme, host and path stay.
enum LinkSecretDetector {
    static func find(_ text: PreparedText, _ marks: [Int], _ candidates: inout Candidates) {
        var done = 0
        for mark in marks where mark >= done {
            var start = mark
            while start > done, !isDelimiter(text[start - 1]) { start -= 1 }
            var end = mark
            while end < text.count, !isDelimiter(text[end]) { end += 1 }
            scan(text, start..<end, &candidates)
            done = end
        }
    }

    /// What ends a link in running text.
    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), 0x09, 0x0A, 0x0D, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "`"):
            true
        default: false
        }
    }

    private static func scan(_ text: PreparedText, _ link: Range<Int>, _ candidates: inout Candidates) {
        var index = link.lowerBound
        var isInPath = false
        var hasQuery = false
        while index < link.upperBound {
            switch text[index] {
            case UInt8(ascii: ":") where text.matches("://", at: index):
                let end = self.end(text, index + 3..<link.upperBound) { $0 == UInt8(ascii: "/") || opensQuery($0) }
                addUserInformation(text, index + 3..<end, &candidates)
                isInPath = true
                index += 3
            case UInt8(ascii: "?"), UInt8(ascii: "#"):
                hasQuery = true
                isInPath = false
                index = parameter(text, index + 1..<link.upperBound, &candidates)
            case UInt8(ascii: "&"), UInt8(ascii: ";"):
                isInPath = isInPath && !hasQuery
                index = hasQuery ? parameter(text, index + 1..<link.upperBound, &candidates) : index + 1
            case UInt8(ascii: "/") where isInPath:
                let end = self.end(text, index + 1..<link.upperBound) { $0 == UInt8(ascii: "/") || opensQuery($0) }
                if looksRandom(text, index + 1..<end, minimum: 20) { add(text, index + 1..<end, &candidates) }
                index += 1
            default: index += 1
            }
        }
    }

    private static func opensQuery(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") }

    private static func end(_ text: PreparedText, _ range: Range<Int>, _ stops: (UInt8) -> Bool) -> Int {
        guard range.lowerBound < range.upperBound else { return range.lowerBound }
        return range.first { stops(text[$0]) } ?? range.upperBound
    }

    private static func addUserInformation(
        _ text: PreparedText, _ authority: Range<Int>, _ candidates: inout Candidates
    ) {
        guard let at = authority.last(where: { text[$0] == UInt8(ascii: "@") }), at > authority.lowerBound else {
            return
        }
        candidates.add(.linkSecret, authority.lowerBound..<at)
    }

    /// `key=value`, or a fragment without a key; returns where to go on: a value may be a link itself.
    private static func parameter(
        _ text: PreparedText, _ range: Range<Int>, _ candidates: inout Candidates
    ) -> Int {
        let end = self.end(text, range) { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") || opensQuery($0) }
        guard range.lowerBound < end else { return end }
        var equals: Int?
        if let first = (range.lowerBound..<end).first(where: { !isKey(text, $0) }), text[first] == UInt8(ascii: "=") {
            equals = first
        }
        let value = (equals.map { $0 + 1 } ?? range.lowerBound)..<end
        if let equals, namesSecret(text, range.lowerBound..<equals) {
            add(text, value, &candidates)
            return end
        }
        let nested = value.first { text.matches("://", at: $0) } ?? end
        let plain = value.lowerBound..<nested
        if looksRandom(text, plain, minimum: 16) { add(text, plain, &candidates) }
        return range.lowerBound
    }

    /// Without the punctuation of the sentence that the link stands in.
    private static func add(_ text: PreparedText, _ range: Range<Int>, _ candidates: inout Candidates) {
        var end = range.upperBound
        while end > range.lowerBound, isClosing(text[end - 1]) { end -= 1 }
        if range.lowerBound < end { candidates.add(.linkSecret, range.lowerBound..<end) }
    }

    private static func isClosing(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: ")"), UInt8(ascii: "'"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// Whether a part without hyphens and dots is so long, has digits and letters, and few of them twice: words, dates and
    /// numbers of orders do not.
    private static func looksRandom(_ text: PreparedText, _ range: Range<Int>, minimum: Int) -> Bool {
        var part = RandomPart()
        for index in range {
            switch text[index] {
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): part = RandomPart()
            case let byte: part.add(byte, isDigit: text.isDigit(index), isLetter: text.isLetter(index))
            }
            if part.length >= minimum, part.isMixed { return true }
        }
        return false
    }

    private struct RandomPart {
        private(set) var length = 0
        private var digits = 0
        private var letters = 0
        /// Bit n: the byte 0x20 + n, or one 64 further.
        private var seen: UInt64 = 0

        var isMixed: Bool { digits >= 2 && letters >= 2 && seen.nonzeroBitCount >= 8 }

        mutating func add(_ byte: UInt8, isDigit: Bool, isLetter: Bool) {
            length += 1
            digits += isDigit ? 1 : 0
            letters += isLetter ? 1 : 0
            seen |= 1 << UInt64(byte & 63)
        }
    }

    private static func isKey(_ text: PreparedText, _ index: Int) -> Bool {
        switch text[index] {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "%"):
            true
        default: text.isWord(index)
        }
    }

    private static func namesSecret(_ text: PreparedText, _ key: Range<Int>) -> Bool {
        guard (1...48).contains(key.count) else { return false }
        let letters = String(decoding: text.bytes[key].filter { $0 &- 0x61 < 26 }, as: UTF8.self)
        return names.contains(letters) || endings.contains(where: letters.hasSuffix)
    }

    private static let names: Set<String> = [
        "key", "sig", "sign", "code", "auth", "session", "sessionid", "sid", "pwd", "pass", "pin", "otp", "jwt", "hmac",
        "ticket", "state", "nonce", "magic", "assertion", "samlresponse", "creds", "cred",
    ]
    private static let endings = [
        "token", "password", "passwd", "passphrase", "secret", "signature", "apikey", "accesskey", "privatekey",
        "credential", "credentials", "authorization",
    ]
}
