import FoundationEssentials
import Messaging
import Policy

/// A line of an import: a word of one person about one program.
struct ConsentLine {
    static let fields: Set<String> = ["to", "recipient", "program", "scope", "kind", "at", "evidence", "keyword"]

    let change: ConsentChange

    /// - Parameters:
    ///   - fields: by their names; an empty value counts as none.
    ///   - source: names the line where it names no evidence.
    /// - Throws: ``RequestProblem`` that names the field.
    init(
        _ fields: [String: String], source: String, keys: RecipientTokenKeys, now: Date
    ) throws(RequestProblem) {
        let given = fields.filter { !$0.value.isEmpty }
        guard let kind = given["kind"].flatMap(ConsentChange.Kind.init) else {
            throw RequestProblem(field: "kind", problem: "is neither revoked nor granted")
        }
        guard let at = given["at"].flatMap(parseRFC3339) else {
            throw RequestProblem(field: "at", problem: "is missing or no RFC 3339 instant")
        }
        // It would outlast every no until then.
        guard at <= now else { throw RequestProblem(field: "at", problem: "is yet to come") }
        let evidence = given["evidence"] ?? source
        if let problem = Self.problem(evidence: evidence) { throw RequestProblem(field: "evidence", problem: problem) }
        if let keyword = given["keyword"], keyword.utf8.count > 200 {
            throw RequestProblem(field: "keyword", problem: "has more than 200 bytes")
        }
        change = ConsentChange(
            kind: kind, recipient: try Self.recipient(given, keys), programs: [try Self.program(given)],
            evidence: Self.apart(evidence, "import"), keyword: given["keyword"], at: at)
    }

    /// What is wrong with the name of an evidence; nil for a good one.
    static func problem(evidence: String) -> String? {
        guard !evidence.isEmpty, evidence.utf8.count <= 200 else { return "is empty or has more than 200 bytes" }
        do {
            try refusePersonalData(evidence, field: "evidence")
            return nil
        } catch {
            return error.problem
        }
    }

    /// A message's SID counts once in a ledger, when the message came: named again as evidence, of any program that it was
    /// about, it must not pass for that.
    static func apart(_ evidence: String, _ origin: String) -> String {
        isSID(evidence) ? "\(origin):\(evidence)" : evidence
    }

    private static func isSID(_ text: String) -> Bool {
        text.utf8.count == 34 && text.utf8.dropFirst(2).allSatisfy(\.isHexDigit)
    }

    private static func recipient(
        _ given: [String: String], _ keys: RecipientTokenKeys
    ) throws(RequestProblem) -> RecipientToken {
        switch (given["to"], given["recipient"]) {
        case (let to?, nil):
            let address = try Address(to)
            guard address.isE164 || address.prefixChannel == .messenger, let token = keys.tokens(for: address).first
            else { throw RequestProblem(field: "to", problem: "is no number in E.164") }
            return token
        case (nil, let token?):
            let parts = token.split(separator: "_", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "ph", parts[2].utf8.count == 26 else {
                throw RequestProblem(field: "recipient", problem: "is not a recipient token; a number belongs in to")
            }
            guard keys.keyIDs.contains(String(parts[1])) else {
                throw RequestProblem(
                    field: "recipient", problem: "is a token of a key that SWITCHBOARD_TOKEN_KEYS lacks")
            }
            return RecipientToken(token)
        default: throw RequestProblem(field: "to", problem: "or recipient must be given, and not both")
        }
    }

    private static func program(_ given: [String: String]) throws(RequestProblem) -> String {
        switch (given["scope"], given["program"]) {
        case ("everything", nil), ("everything", ConsentChange.everything), (nil, ConsentChange.everything):
            return ConsentChange.everything
        case (nil, let program?), ("program", let program?):
            guard isProgram(program) else {
                throw RequestProblem(
                    field: "program", problem: "is neither a messaging service's SID, nor a number, nor *")
            }
            return program
        default: throw RequestProblem(field: "program", problem: "is missing, or does not agree with scope")
        }
    }
}

/// Whether a worker may ask for consent under this name: a messaging service's SID, a number in E.164, a short code, an
/// alphanumeric sender, a page of Messenger, an agent of RCS. What looks like one of them and is none is a slip, and nobody
/// would ever ask for it.
func isProgram(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if isE164Number(text) { return true }
    let digits = bytes.count { (0x30...0x39).contains($0) }
    if digits == bytes.count { return (3...8).contains(digits) || (15...20).contains(digits) }
    if text.uppercased().hasPrefix("MG"), bytes.count >= 12 || bytes.dropFirst(2).allSatisfy(\.isHexDigit) {
        return text.hasPrefix("MG") && bytes.count == 34 && bytes.dropFirst(2).allSatisfy(\.isHexDigit)
    }
    let isName = bytes.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || " -_.&+".utf8.contains(byte)
    }
    let hasLetter = bytes.contains { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    return (3...64).contains(bytes.count) && isName && hasLetter && !text.hasPrefix(" ") && !text.hasSuffix(" ")
}
