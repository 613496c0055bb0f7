import FoundationEssentials

/// The number that an answer of the API gives its error.
///
/// Three shapes are in use: `{code, message, more_info, status}`, `{code, message, httpStatusCode, params, userError}` and
/// RFC 9457's `{type, title, status, code, detail}`. The texts are not kept: they quote addresses.
struct APIError: Decodable {
    let code: Int?

    private enum Key: String, CodingKey {
        case code, type
        case moreInfo = "more_info"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        if let number = try? fields.decode(Int.self, forKey: .code) {
            code = number
        } else if let text = try? fields.decode(String.self, forKey: .code) {
            code = Int(text)
        } else {
            // Without a code the page about the error still ends in it: https://www.twilio.com/docs/errors/21211.
            let page =
                (try? fields.decode(String.self, forKey: .moreInfo)) ?? (try? fields.decode(String.self, forKey: .type))
            code = page.flatMap { page in page.split(separator: "/").last.flatMap { Int($0) } }
        }
    }

    /// The code that a body holds; nil for an empty body, a proxy's page, or anything else that is none of the shapes.
    static func code(in body: [UInt8]) -> Int? {
        guard let code = (try? JSONDecoder().decode(APIError.self, from: Data(body)))?.code, code > 0 else {
            return nil
        }
        return code
    }
}
