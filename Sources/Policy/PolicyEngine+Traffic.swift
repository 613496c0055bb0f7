public import Messaging

extension PolicyEngine {
    /// What the rules want to know of earlier messages before they judge this one, and whether it counts for later ones:
    /// nothing that the policy does not ask for is read or written.
    public func trafficQuestion(_ candidate: Candidate) -> TrafficQuestion {
        let standing = standing(of: candidate)
        let request = candidate.request
        var question = TrafficQuestion(purpose: candidate.purpose, kind: MessageKinds(standing.kind).rawValue)
        for cap in standing.laws.lazy.compactMap(\.caps).joined() where cap.counts(standing.kind) {
            question.caps.append(
                TrafficQuestion.Cap(cap.count, limit: cap.limit, isBinding: binds(cap.rule, standing.overlays)))
        }
        let here = question.caps.map(\.count.seconds).max()
        question.countsFor = [here, counting.seconds(standing.kind, country: standing.country)].compactMap { $0 }.max()
        let isNumber = request.to.prefixChannel != .messenger && request.to.isE164
        if let limit = limits.perPrefix, isNumber {
            question.prefix = TrafficQuestion.Prefix(
                numberPrefix(request.to), limit: limit, isBinding: binds(VelocityRule.name, standing.overlays))
        }
        if isNumber { question.badNumberAge = limits.knownBad.map { $0 * 86_400 } }
        if isNumber, ReassignedRule.asks(standing) { question.reassignedAge = limits.reassigned * 86_400 }
        question.asksLastInbound = WhatsAppRule.asksLastInbound(request) || standing.kind == .reply
        question.asksFirstOfProgram = OptOutInstructionRule.asksFirstOfProgram(standing.kind, standing.laws)
        return question
    }
}

/// The country code and at most four further digits, fewer where less than four would be left.
func numberPrefix(_ address: Address) -> String {
    let digits = Array(address.number.utf8.dropFirst())
    let length = min(callingCodeLength(digits) + 4, max(0, digits.count - 4))
    return String(decoding: digits.prefix(length), as: UTF8.self)
}

/// For how long messages count by where the recipient may be: also where no cap holds for the message itself, one that a later
/// message names (the region of a trusted app, another app's overlay) looks back on it.
struct CapMemory: Sendable {
    private typealias Entry = (kinds: MessageKinds, seconds: Int)

    private var everywhere: [Entry] = []
    private var countries: [String: [Entry]] = [:]

    init(_ document: PolicyDocument, _ overlays: [PolicyDocument.Overlay]) {
        for jurisdiction in document.jurisdictions {
            let countries = Set(jurisdiction.members + [String(jurisdiction.code.prefix(2))])
            add(jurisdiction.law, to: jurisdiction.code == "world" ? nil : countries)
        }
        for overlay in overlays { add(overlay.law, to: overlay.countries) }
    }

    private mutating func add(_ law: Law, to places: Set<String>?) {
        for cap in law.caps ?? [] {
            let entry = (kinds: MessageKinds(rawValue: cap.count.kinds), seconds: cap.count.seconds)
            guard let places else {
                everywhere.append(entry)
                continue
            }
            for place in places { countries[place, default: []].append(entry) }
        }
    }

    /// Seconds; nil for a message that nothing counts. A number of no country may be anybody's.
    func seconds(_ kind: MessageKind, country: String?) -> Int? {
        let here = country.map { countries[$0] ?? [] } ?? countries.values.flatMap { $0 }
        var longest: Int?
        for entry in [everywhere, here].joined() where entry.kinds.contains(kind) {
            longest = max(longest ?? 0, entry.seconds)
        }
        return longest
    }
}
