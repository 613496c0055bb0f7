/// A webhook's URL in the spellings that its signer may have used.
///
/// Twilio drops the port or adds the default one, drops `user:password@`, or keeps them, depending on the product, and
/// signers of older libraries write an apostrophe in the query as `%27`. The host is never changed.
///
/// Works on bytes: the URL is hostile until its signature holds, and a Swift character may be more than one of them.
struct SignedURL {
    /// One spelling.
    struct Variant {
        /// What was changed; `as is` for nothing.
        let name: String
        let url: [UInt8]
    }

    /// Lower case.
    let scheme: String
    let host: ArraySlice<UInt8>
    /// The query without its question mark; empty where there is none.
    let query: ArraySlice<UInt8>

    /// Up to and with `://`.
    private let prefix: ArraySlice<UInt8>
    /// With its `@`; empty where there is none.
    private let userinfo: ArraySlice<UInt8>
    /// With its colon; empty where there is none.
    private let port: ArraySlice<UInt8>
    /// With the question mark.
    private let path: ArraySlice<UInt8>

    /// Splits an absolute URL (RFC 3986, appendix B) without decoding anything; its fragment is not signed and is
    /// dropped. Nil for anything that does not begin `scheme://host`.
    init?(_ url: String) {
        let whole = Array(url.utf8.prefix { $0 != UInt8(ascii: "#") })
        guard let colon = whole.firstIndex(of: UInt8(ascii: ":")), whole[colon...].starts(with: "://".utf8) else {
            return nil
        }
        scheme = String(decoding: whole[..<colon], as: UTF8.self).lowercased()
        prefix = whole[..<(colon + 3)]
        let rest = whole[(colon + 3)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        let start = authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex
        userinfo = authority[..<start]
        // An IPv6 address holds colons of its own, within brackets.
        let searched = authority[start...].lastIndex(of: UInt8(ascii: "]")) ?? start
        let hostEnd = authority[searched...].firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        host = authority[start..<hostEnd]
        port = authority[hostEnd...]
        let queryStart = rest[end...].firstIndex(of: UInt8(ascii: "?")).map { $0 + 1 } ?? rest.endIndex
        path = rest[end..<queryStart]
        query = rest[queryStart...]
        if host.isEmpty { return nil }
    }

    /// Every spelling, the given one first, none of them twice.
    var variants: [Variant] {
        let nothing: ArraySlice<UInt8> = []
        var ports: [(change: String?, bytes: ArraySlice<UInt8>)] = [(nil, port)]
        if !port.isEmpty {
            ports.append(("port removed", nothing))
        } else if let number = defaultPort {
            ports.append(("port added", ArraySlice(number.utf8)))
        }
        var users: [(change: String?, bytes: ArraySlice<UInt8>)] = [(nil, userinfo)]
        if !userinfo.isEmpty { users.append(("userinfo removed", nothing)) }
        var queries: [(change: String?, bytes: ArraySlice<UInt8>)] = [(nil, query)]
        if query.contains(UInt8(ascii: "'")) {
            let encoded = query.flatMap { $0 == UInt8(ascii: "'") ? Array("%27".utf8) : [$0] }
            queries.append(("apostrophe encoded", encoded[...]))
        }
        var variants: [Variant] = []
        for query in queries {
            for user in users {
                for port in ports {
                    let changes = [port.change, user.change, query.change].compactMap { $0 }
                    variants.append(
                        Variant(
                            name: changes.isEmpty ? "as is" : changes.joined(separator: ", "),
                            url: Array([prefix, user.bytes, host, port.bytes, path, query.bytes].joined())))
                }
            }
        }
        return variants
    }

    private var defaultPort: String? {
        switch scheme {
        case "https", "wss": ":443"
        case "http", "ws": ":80"
        default: nil
        }
    }
}
