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
/// An opt-in and a call for help count only as a whole: case, accents, punctuation, emoji, white space and the width of
/// letters make no difference, another word does. So does a keyword of opting out; but with courtesy around it, misspelt,
/// or put in other words ("pls stop texting me") it counts as well (``OptOutPhrases``). In doubt a reply is an opt-out, but
/// not where it is about something else ("please stop by on Monday").
///
/// What a reply costs grows with its length, and is bounded: what is longer than 4 KiB is no keyword.
public struct KeywordTable: Sendable {
    private struct Entry {
        let effect: KeywordEffect
        let keyword: String
    }

    private let entries: [FoldedText: Entry]
    /// Keywords of opting out by their words, to be looked for in what is left of a reply.
    private let optOuts: [String: Entry]
    private let phrases: OptOutPhrases
    private let near: NearMisses
    /// In bytes. What is longer is no keyword, whatever padding it comes in.
    private static let maximumReply = 4096
    /// Keywords that count as a sentence among others. The rest are words that people also use of other things.
    private static let sentences: Set<String> = [
        "stop", "unsubscribe", "optout", "opt out", "stopall", "stop all", "unsub",
    ]

    /// The keywords of Resources/keywords.csv and the phrases of Resources/opt_out_phrases.csv, with their sources.
    public static let shipped = KeywordTable(
        csv: PackageResources.keywords_csv, phrases: PackageResources.opt_out_phrases_csv)

    /// Reads rows of `keyword,language,effect,source`, after a row of titles. A row whose effect is not known is skipped.
    ///
    /// Where one text has several effects, the first opt-out wins, else the first row.
    init(csv: [UInt8], phrases: [UInt8] = []) {
        var entries: [FoldedText: Entry] = [:]
        var optOuts: [String: Entry] = [:]
        var mistakable: [(String, Bool)] = []
        for row in csvRows(csv).dropFirst() where row.count >= 3 {
            guard let effect = KeywordEffect(csv: row[2]) else { continue }
            if effect.isOptOut, row[2] != "opt_out_phrase" {
                let words = ReplyWords(row[0]).words.map(\.text).joined(separator: " ")
                optOuts[words] = optOuts[words] ?? Entry(effect: effect, keyword: row[0])
                if row[2] != "opt_out_fuzzy" { mistakable.append((words, row[1] == "en")) }
            }
            let folded = FoldedText(row[0])
            if let known = entries[folded], known.effect.isOptOut || !effect.isOptOut { continue }
            entries[folded] = Entry(effect: effect, keyword: row[0])
        }
        self.entries = entries
        self.optOuts = optOuts
        self.phrases = OptOutPhrases(csv: phrases)
        // What asks for something else is no slip.
        let words = entries.filter { !$0.value.effect.isOptOut }.keys.map(\.text)
        near = NearMisses(mistakable, except: self.phrases.otherWords.union(words))
    }

    /// What a reply asks for, and the keyword or phrase as it is listed; nil for a reply that is about something else.
    public func effect(of reply: String) -> (effect: KeywordEffect, keyword: String)? {
        guard reply.utf8.count <= Self.maximumReply else { return nil }
        if let entry = entries[FoldedText(reply)] { return (entry.effect, entry.keyword) }
        let reading = PhraseReading(reply, phrases, near)
        guard !reading.all.isEmpty else { return nil }
        if let entry = reading.keywordText(reading.all).flatMap(optOut) { return (entry.effect, entry.keyword) }
        if let (isEverything, text) = reading.phrase() { return (isEverything ? .optOutAll : .optOut, text) }
        for sentence in reading.sentences() {
            if let text = reading.keywordText(sentence), Self.sentences.contains(text), let entry = optOut(text) {
                return (entry.effect, entry.keyword)
            }
        }
        return reading.beginsWithStop ? (.optOut, "STOP") : nil
    }

    /// A keyword of opting out, or one that is a slip away.
    private func optOut(_ text: String) -> Entry? {
        optOuts[text] ?? near.keyword(near: text).flatMap { optOuts[$0] }
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
