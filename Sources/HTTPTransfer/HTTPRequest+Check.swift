/// What must hold before a request is handed to libcurl, which would pass much of it on as it is.
extension HTTPRequest {
    /// Limits of what is sent besides the body, in bytes: beyond what servers commonly take, short of what hurts here.
    static let maximumURLLength = 16 << 10
    static let maximumHeaderSize = 64 << 10

    /// Scheme, host and port, as in `https://api.example.com:8443`; nil when the URL has none that is valid.
    var endpoint: String? {
        guard let split = Self.split(url) else { return nil }
        return split.scheme + "://" + split.authority
    }

    /// Returns the endpoint, or throws what is wrong with the request by the name of the field.
    func checked() throws(HTTPTransferError) -> String {
        guard url.utf8.count <= Self.maximumURLLength else { throw .invalid("the URL is too long") }
        guard let endpoint else { throw .invalid("the URL is not an absolute http or https URL without a user") }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("the URL holds characters that must be percent-encoded")
        }
        guard timeout ?? .seconds(1) > .zero, startLimit ?? .seconds(1) > .zero else {
            throw .invalid("the limits of time must be positive")
        }
        if method == .get, !body.isEmpty { throw .invalid("a GET request has no body") }
        try checkHeaders()
        try checkCredentials()
        return endpoint
    }

    private func checkHeaders() throws(HTTPTransferError) {
        var size = 0
        for (index, header) in headers.enumerated() {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(\.isTokenCharacter) else {
                throw .invalid("header \(index) has an invalid name")
            }
            guard header.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw .invalid("the value of header \(index) holds control characters")
            }
            if Self.reserved.contains(where: { header.name.equalsIgnoringCase($0) }) {
                throw .invalid("header \(index) is one that only the client may set")
            }
            size += header.name.utf8.count + header.value.utf8.count + 4
        }
        guard size <= Self.maximumHeaderSize else { throw .invalid("the headers are too large") }
    }

    private func checkCredentials() throws(HTTPTransferError) {
        guard let credentials else { return }
        guard !credentials.user.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0.isControl }),
            !credentials.password.utf8.contains(where: \.isControl),
            credentials.user.utf8.count + credentials.password.utf8.count <= 4096
        else { throw .invalid("the credentials hold a character that Basic authentication cannot carry") }
    }

    /// Those that frame the message: a second opinion about them is how requests are smuggled.
    private static let reserved: [StaticString] = ["content-length", "transfer-encoding", "connection", "expect"]

    /// Lower-case scheme and the authority, which consists of host and port alone.
    private static func split(_ url: String) -> (scheme: String, authority: String)? {
        let bytes = url.utf8
        guard let colon = bytes.prefix(6).firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = url[..<colon].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        guard bytes[colon...].starts(with: "://".utf8) else { return nil }
        let start = bytes.index(colon, offsetBy: 3)
        let end = bytes[start...].firstIndex(where: \.endsAuthority) ?? bytes.endIndex
        guard start < end, bytes[start..<end].allSatisfy(\.isAuthorityCharacter) else { return nil }
        return (scheme, String(url[start..<end]))
    }
}

extension String {
    /// Whether both are the same ASCII text, but for the case of letters.
    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        guard utf8.count == other.utf8CodeUnitCount else { return false }
        return other.withUTF8Buffer { other in
            zip(utf8, other).allSatisfy { $0 == $1 || ($0 ^ $1 == 0x20 && $0.isLetter && $1.isLetter) }
        }
    }
}

extension UInt8 {
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }

    fileprivate var isLetter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }

    private var isLetterOrDigit: Bool { isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// RFC 9110, section 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        if isLetterOrDigit { return true }
        return switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    fileprivate var endsAuthority: Bool {
        self == UInt8(ascii: "/") || self == UInt8(ascii: "?") || self == UInt8(ascii: "#")
    }

    /// Names, IPv4, bracketed IPv6 and a port: no `@`, no `%`, no backslash, about which parsers disagree.
    fileprivate var isAuthorityCharacter: Bool {
        if isLetterOrDigit { return true }
        return switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            true
        default: false
        }
    }
}
