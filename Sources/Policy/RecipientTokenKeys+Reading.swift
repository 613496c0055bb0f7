import Crypto
import FoundationEssentials

/// Why the setting of the token keys cannot be used; holds nothing of a secret.
public struct TokenKeyProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The setting's name and what is wrong with its value.
    public let description: String

    init(_ problem: String) {
        description = "SWITCHBOARD_TOKEN_KEYS \(problem); it is k2:<base64 of 32 bytes>,k1:… with the newest key first"
    }
}

extension RecipientTokenKeys {
    static func read(_ text: String) throws(TokenKeyProblem) -> [Key] {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        guard entries.count <= 16 else { throw TokenKeyProblem("has \(entries.count) keys; at most 16 are loaded") }
        var keys: [Key] = []
        for (index, entry) in entries.enumerated() {
            let key = try read(trimmed(entry), number: index + 1)
            guard !keys.contains(where: { $0.id == key.id }) else {
                throw TokenKeyProblem("names key \(key.id) twice")
            }
            keys.append(key)
        }
        return keys
    }

    /// One `id:secret`. What stands before a colon is only ever shown when it is a valid id: it may be a secret whose id
    /// was forgotten.
    private static func read(_ entry: Substring, number: Int) throws(TokenKeyProblem) -> Key {
        guard !entry.isEmpty else { throw TokenKeyProblem("has an empty key \(number)") }
        guard let colon = entry.firstIndex(of: ":") else { throw TokenKeyProblem("has no colon in key \(number)") }
        let id = String(entry[..<colon])
        guard isKeyID(id) else {
            throw TokenKeyProblem("has an id in key \(number) that is not 1 to 8 of a-z and 0-9")
        }
        guard let secret = Data(base64Encoded: String(entry[entry.index(after: colon)...])) else {
            throw TokenKeyProblem("has a secret in key \(number) (\(id)) that is not base64")
        }
        guard secret.count == 32 else {
            throw TokenKeyProblem("has a secret of \(secret.count) bytes in key \(number) (\(id)); 32 are needed")
        }
        return Key(id: id, secret: SymmetricKey(data: secret))
    }

    private static func isKeyID(_ text: String) -> Bool {
        (1...8).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    /// A value read from a file ends in a newline, and lists are written with spaces.
    private static func trimmed(_ text: Substring) -> Substring {
        guard let start = text.firstIndex(where: { !$0.isWhitespace }),
            let end = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return text[start...end]
    }
}
