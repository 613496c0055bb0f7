import Messaging

/// What a reply asks for.
public enum KeywordEffect: String, Sendable, CaseIterable {
    /// No more messages of this sender's program.
    case optOut
    /// No more messages at all.
    case optOutAll
    /// Messages again.
    case optIn
    /// Messages again, but only from somebody who opted out or was asked.
    case optInConditional
    /// Who is this?
    case help
}

/// The replies that mean an opt-out, an opt-in or a call for help.
///
/// A reply counts only as a whole: "STOP" and "stop!" do, "please stop by on Monday" does not. Case, accents,
/// punctuation, emoji, white space and the width of letters make no difference.
public struct KeywordTable: Sendable {
    private struct Entry {
        let effect: KeywordEffect
        let keyword: String
    }

    private let entries: [FoldedText: Entry]
    /// In bytes. What is longer is no keyword, whatever padding it comes in.
    private static let maximumReply = 4096

    /// The keywords of Resources/keywords.csv, with their sources.
    public static let shipped = KeywordTable(csv: PackageResources.keywords_csv)

    /// Reads rows of `keyword,language,effect,source`, after a row of titles. A row whose effect is not known is skipped.
    ///
    /// Where one text has several effects, the first opt-out wins, else the first row.
    init(csv: [UInt8]) {
        var entries: [FoldedText: Entry] = [:]
        for row in csvRows(csv).dropFirst() where row.count >= 3 {
            guard let effect = KeywordEffect(csv: row[2]) else { continue }
            let folded = FoldedText(row[0])
            if let known = entries[folded], known.effect.isOptOut || !effect.isOptOut { continue }
            entries[folded] = Entry(effect: effect, keyword: row[0])
        }
        self.entries = entries
    }

    /// What a reply asks for, and the keyword as it is listed; nil for a reply that is no keyword.
    public func effect(of reply: String) -> (effect: KeywordEffect, keyword: String)? {
        guard reply.utf8.count <= Self.maximumReply, let entry = entries[FoldedText(reply)] else { return nil }
        return (entry.effect, entry.keyword)
    }
}

extension KeywordEffect {
    fileprivate var isOptOut: Bool { self == .optOut || self == .optOutAll }

    /// The words of the list. Phrases and misspellings that it names are as good as keywords.
    fileprivate init?(csv: String) {
        switch csv {
        case "opt_out", "opt_out_phrase", "opt_out_fuzzy": self = .optOut
        case "opt_out_all": self = .optOutAll
        case "opt_in": self = .optIn
        case "opt_in_conditional": self = .optInConditional
        case "help": self = .help
        default: return nil
        }
    }
}
