import Messaging

/// The ways of saying no that are no keywords: Resources/opt_out_phrases.csv.
///
/// A row is `text,language,kind,source`. In a phrase, `[name]` stands for any of the words of the kind `word.name`, `^` for
/// the beginning of a sentence and `$` for its end. The kinds:
/// - `courtesy`: changes nothing, and is left out before anything else is looked at
/// - `word.<name>`: one of a class of words
/// - `phrase`, `phrase_all`: an opt-out, wherever it stands
/// - `turned`: makes it the opposite or a question, where it stands right before a phrase; a longer `meant` undoes that
/// - `other_next`: after STOP at the beginning of a reply it says that something else is meant ("stop by")
/// - `other_word`: is no misspelt keyword
struct OptOutPhrases: Sendable {
    struct Phrase: Sendable {
        let startsSentence: Bool
        let endsSentence: Bool
        let isEverything: Bool
    }

    /// Numbers of known words; those of classes follow on.
    private var numbers: [String: Int] = [:]
    private var classes: [String: Int] = [:]
    private(set) var courtesy = WordTree<Void>()
    private(set) var members = WordTree<Int>()
    private(set) var phrases = WordTree<Phrase>()
    /// Backwards; whether it is meant.
    private(set) var before = WordTree<Bool>()
    private(set) var otherNext: Set<Int> = []
    private(set) var otherWords: Set<String> = []

    /// Rows that cannot be read, by their texts: none in what is shipped.
    private(set) var unreadable: [String] = []

    init(csv: [UInt8]) {
        for row in csvRows(csv).dropFirst() where row.count >= 3 { read(row[0], kind: row[2]) }
    }

    private mutating func read(_ text: String, kind: String) {
        switch kind {
        case "courtesy": courtesy.insert(numbers(of: text), ())
        case "turned": before.insert(numbers(of: text).reversed(), false)
        case "meant": before.insert(numbers(of: text).reversed(), true)
        case "other_next": otherNext.formUnion(numbers(of: text))
        case "other_word": otherWords.insert(ReplyWords(text).words.map(\.text).joined(separator: " "))
        case "phrase", "phrase_all":
            guard let symbols = symbols(of: text), !symbols.isEmpty else { return unreadable.append(text) }
            phrases.insert(
                symbols,
                Phrase(
                    startsSentence: text.hasPrefix("^"), endsSentence: text.hasSuffix("$"),
                    isEverything: kind == "phrase_all"))
        default:
            guard kind.hasPrefix("word."), !text.isEmpty else { return unreadable.append(text) }
            members.insert(numbers(of: text), number(ofClass: String(kind.dropFirst("word.".count))))
        }
    }

    private mutating func symbols(of phrase: String) -> [Int]? {
        var text = phrase[...]
        if text.first == "^" { text.removeFirst() }
        if text.last == "$" { text.removeLast() }
        var symbols: [Int] = []
        for part in text.split(separator: " ") {
            if part.first == "[", part.last == "]" {
                symbols.append(number(ofClass: String(part.dropFirst().dropLast())))
            } else if part.contains(where: { "[]^$".contains($0) }) {
                return nil
            } else {
                symbols += numbers(of: String(part))
            }
        }
        return symbols
    }

    private mutating func numbers(of text: String) -> [Int] {
        ReplyWords(text).words.map { word in
            let number = numbers[word.text] ?? numbers.count + 1
            numbers[word.text] = number
            return number
        }
    }

    /// Negative, so that no word has it.
    private mutating func number(ofClass name: String) -> Int {
        let number = classes[name] ?? -classes.count - 2
        classes[name] = number
        return number
    }

    /// The number of a word; -1 for one that stands in no row.
    func number(of word: String) -> Int { numbers[word] ?? -1 }
}
