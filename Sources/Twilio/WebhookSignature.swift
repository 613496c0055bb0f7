import Crypto
import FoundationEssentials

/// The `X-Twilio-Signature` of a webhook: base64 of an HMAC-SHA1, with the account's auth token, over the URL and, for
/// forms, the fields (Twilio, "Webhooks security").
public enum WebhookSignature {
    /// Whether a request came from the owner of the token.
    public enum Verdict: Sendable, Equatable {
        /// What had to be changed in the URL so that it was the signed one, such as `port removed`; `as is` for nothing.
        case valid(matched: String)
        /// It did not, as far as one can tell.
        case invalid(Reason)

        /// Whether the request may be believed.
        public var isValid: Bool {
            switch self {
            case .valid: true
            case .invalid: false
            }
        }
    }

    /// Why a signature does not hold.
    public enum Reason: String, Sendable, CaseIterable {
        case signatureMissing = "the signature is missing"
        case signatureMalformed = "the signature is not the base64 of 20 bytes"
        case tokenMissing = "no auth token is configured"
        case urlMalformed = "the URL has no scheme or no host"
        case bodyUnreadable = "the form cannot be read"
        case digestMissing = "the body is no form, and the query has no bodySHA256"
        case digestWrong = "the body is not the one of the query's bodySHA256"
        case mismatch = "no spelling of the URL has this signature with any of the tokens"
    }

    /// Judges a request by its method and the type of its body.
    ///
    /// A form is signed with its fields, a GET by its URL alone; for any other body the query's `bodySHA256` must be the
    /// body's digest, and the signature covers the URL.
    ///
    /// - Parameters:
    ///   - url: The public URL as configured, with the path and the raw query of the request.
    ///   - signature: The header's value.
    ///   - tokens: All live tokens of the account; any of them may have signed.
    public static func verify(
        method: String, url: String, contentType: String?, body: [UInt8], signature: String?, tokens: [String]
    ) -> Verdict {
        if method == "GET" || method == "HEAD" {
            return verify(url: url, params: [], signature: signature, tokens: tokens)
        }
        if isForm(contentType) {
            guard let form = try? FormFields(parsing: body) else { return .invalid(.bodyUnreadable) }
            return verify(url: url, params: form.fields, signature: signature, tokens: tokens)
        }
        let verdict = verify(url: url, params: [], signature: signature, tokens: tokens)
        guard verdict.isValid else { return verdict }
        guard let query = SignedURL(url)?.query, let fields = try? FormFields(parsing: Array(query)),
            let digest = fields["bodySHA256"]
        else { return .invalid(.digestMissing) }
        return digest.lowercased() == bodyDigest(body) ? verdict : .invalid(.digestWrong)
    }

    /// Judges a request whose form was read before; without fields, one that is signed by its URL alone.
    public static func verify(
        url: String, params: [FormFields.Field], signature: String?, tokens: [String]
    ) -> Verdict {
        guard let signature, !signature.isEmpty else { return .invalid(.signatureMissing) }
        guard let expected = Data(base64Encoded: signature), expected.count == Insecure.SHA1.byteCount else {
            return .invalid(.signatureMalformed)
        }
        let keys = tokens.filter { !$0.isEmpty }.map { SymmetricKey(data: Array($0.utf8)) }
        guard !keys.isEmpty else { return .invalid(.tokenMissing) }
        guard let signed = SignedURL(url) else { return .invalid(.urlMalformed) }
        let fields = signedText(params)
        for variant in signed.variants {
            for key in keys where code(variant.url, fields, key) == expected {
                // This comparison is swift-crypto's, which takes the same time wherever the two differ.
                return .valid(matched: variant.name)
            }
        }
        return .invalid(.mismatch)
    }

    /// Signs a URL and the fields of a form as Twilio does; the URL's fragment is left out.
    public static func sign(url: String, params: [FormFields.Field], token: String) -> String {
        let unsigned = url.utf8.prefix { $0 != UInt8(ascii: "#") }
        return Data(code(Array(unsigned), signedText(params), SymmetricKey(data: Array(token.utf8))))
            .base64EncodedString()
    }

    /// The SHA-256 of a body that is no form, as the query's `bodySHA256` holds it: lower-case hexadecimal.
    public static func bodyDigest(_ body: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: SHA256.hash(data: body).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Whether a Content-Type is that of a form.
    public static func isForm(_ contentType: String?) -> Bool {
        guard let type = contentType?.utf8.prefix(while: { $0 != UInt8(ascii: ";") }) else { return false }
        let word = type.lazy.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return word.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(formType.utf8)
    }

    private static let formType = "application/x-www-form-urlencoded"

    /// Every name with its value, by the bytes of the name; a name that stands several times has each of its different
    /// values once, sorted. Sorting name and value as one text would differ where one name begins another.
    private static func signedText(_ params: [FormFields.Field]) -> [UInt8] {
        let sorted = params.sorted { one, other in
            one.name.utf8.elementsEqual(other.name.utf8)
                ? one.value.utf8.lexicographicallyPrecedes(other.value.utf8)
                : one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
        }
        var text: [UInt8] = []
        var last: FormFields.Field?
        for field in sorted where field != last {
            text.append(contentsOf: field.name.utf8)
            text.append(contentsOf: field.value.utf8)
            last = field
        }
        return text
    }

    private static func code(
        _ url: [UInt8], _ fields: [UInt8], _ key: SymmetricKey
    ) -> HMAC<Insecure.SHA1>.MAC {
        var code = HMAC<Insecure.SHA1>(key: key)
        code.update(data: url)
        code.update(data: fields)
        return code.finalize()
    }
}
