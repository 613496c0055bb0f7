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

    /// Every spelling, the given one first, none of them twice; each is made when it is asked for, since the first is
    /// nearly always the right one.
    var variants: some Sequence<Variant> {
        var ports: [Change] = [Change(name: nil, bytes: port)]
        if !port.isEmpty {
            ports.append(Change(name: "port removed", bytes: []))
        } else if let number = defaultPort {
            ports.append(Change(name: "port added", bytes: ArraySlice(number.utf8)))
        }
        var users = [Change(name: nil, bytes: userinfo)]
        if !userinfo.isEmpty { users.append(Change(name: "userinfo removed", bytes: [])) }
        var queries = [Change(name: nil, bytes: query)]
        if query.contains(UInt8(ascii: "'")) {
            let encoded = query.flatMap { $0 == UInt8(ascii: "'") ? Array("%27".utf8) : [$0] }
            queries.append(Change(name: "apostrophe encoded", bytes: encoded[...]))
        }
        let count = ports.count * users.count * queries.count
        return (0..<count).lazy.map { [ports, users, queries] number in
            variant(
                port: ports[number % ports.count], user: users[number / ports.count % users.count],
                query: queries[number / ports.count / users.count])
        }
    }

    /// One part of the URL in another spelling; without a name, as it is.
    private struct Change {
        let name: String?
        let bytes: ArraySlice<UInt8>
    }

    private func variant(port: Change, user: Change, query: Change) -> Variant {
        let names = [port.name, user.name, query.name].compactMap(\.self)
        var url: [UInt8] = []
        url.reserveCapacity(prefix.count + host.count + path.count + query.bytes.count + user.bytes.count + 8)
        for part in [prefix, user.bytes, host, port.bytes, path, query.bytes] { url.append(contentsOf: part) }
        return Variant(name: names.isEmpty ? "as is" : names.joined(separator: ", "), url: url)
    }

    private var defaultPort: String? {
        switch scheme {
        case "https", "wss": ":443"
        case "http", "ws": ":80"
        default: nil
        }
    }
}
