import Foundation
import Policy
import Testing

/// A reply of Tests/Data/replies.csv, which was written before the rules.
private struct LabelledReply {
    let text: String
    let language: String
    let expected: String
    let remark: String

    /// `\u{…}` stands for a character that nobody would see.
    init(_ row: [String]) {
        text = row[0].replacing(/\\u\{([0-9A-F]+)\}/) { match in
            UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init).map { String($0) } ?? ""
        }
        language = row[1]
        expected = row[2]
        remark = row[3]
    }

    static func all() throws -> [LabelledReply] { try DataTable("replies.csv").rows.map(LabelledReply.init) }

    var isOptOut: Bool { expected.hasPrefix("opt_out") }
}

extension KeywordEffect {
    fileprivate var label: String {
        switch self {
        case .optOut: "opt_out"
        case .optOutAll: "opt_out_all"
        case .optIn: "opt_in"
        case .optInConditional: "opt_in_conditional"
        case .help: "help"
        }
    }
}

/// What is judged wrongly today, and is known to be: `Docs/opt-outs.md` says why each is left.
private let knownMistakes: Set<String> = ["Call me, don't text", "remove.e"]

@Suite("The written set of replies") struct ReplySetTests {
    @Test("it is as large and as varied as it must be to tell anything") func size() throws {
        let replies = try LabelledReply.all()
        #expect(replies.count >= 600)
        #expect(Set(replies.map(\.text)).count >= 550)
        let languages = Dictionary(grouping: replies, by: \.language).filter { $0.value.count >= 4 }
        #expect(languages.count >= 12)
        #expect(replies.filter { !$0.isOptOut }.count >= 200)
        #expect(Set(replies.map(\.expected)) == Set(KeywordEffect.allCases.map(\.label) + ["none"]))
    }

    /// The floors are what was measured, less a reply each way.
    @Test("precision and recall of opting out, as Docs/opt-outs.md tells them") func figures() throws {
        var (right, wrong, missed) = (0, 0, 0)
        for reply in try LabelledReply.all() {
            let effect = KeywordTable.shipped.effect(of: reply.text)?.effect
            switch (effect == .optOut || effect == .optOutAll, reply.isOptOut) {
            case (true, true): right += 1
            case (true, false): wrong += 1
            case (false, true): missed += 1
            case (false, false): continue
            }
        }
        let precision = Double(right) / Double(right + wrong)
        let recall = Double(right) / Double(right + missed)
        print("opt-outs: precision \(precision), recall \(recall): \(right) right, \(wrong) wrong, \(missed) missed")
        #expect(precision >= 0.994)
        #expect(recall >= 0.994)
    }

    @Test("each reply is taken for what it asks for, but for those that are known not to be") func labels() throws {
        for reply in try LabelledReply.all() where !knownMistakes.contains(reply.text) {
            let found = KeywordTable.shipped.effect(of: reply.text)
            #expect(
                found?.effect.label ?? "none" == reply.expected,
                "\(reply.language) \(reply.text) (\(reply.remark)): \(found?.keyword ?? "nothing")")
        }
    }
}
