import FoundationEssentials

/// User and password of HTTP's basic authentication (RFC 7617).
struct BasicCredentials: Sendable {
    let user: String
    let password: String

    /// Reads an `Authorization` header; nil when it is anything else.
    init?(_ header: String?) {
        guard let header, header.utf8.count <= 1024, header.prefix(6).lowercased() == "basic ",
            let data = Data(base64Encoded: String(header.dropFirst(6).drop { $0 == " " })),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        user = String(text[..<colon])
        password = String(text[text.index(after: colon)...])
    }
}

extension Simulator.Account {
    /// Whether these are the account's own token or one of its keys.
    func accepts(_ credentials: BasicCredentials) -> Bool {
        if credentials.user == sid { return authTokens.contains { !$0.isEmpty && $0 == credentials.password } }
        return apiKeys.contains {
            $0.sid == credentials.user && !$0.secret.isEmpty && $0.secret == credentials.password
        }
    }
}
