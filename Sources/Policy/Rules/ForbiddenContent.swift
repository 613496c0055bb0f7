import Messaging

/// Looks for what may not be sent to some places: subjects, public link shorteners, links.
struct ForbiddenContentRule: Rule {
    let categories: [PolicyDocument.Category]
    /// `content.forbidden.cannabis` and so on, for each category.
    private let names: [String]

    init(categories: [PolicyDocument.Category]) {
        self.categories = categories
        names = categories.map { "content.forbidden.\($0.name)" }
    }

    func judge(_ situation: Situation, _ findings: inout Findings) {
        judgeCategories(situation, &findings)
        judge(situation, &findings, \.linkShorteners, name: "content.link-shortener") { text in
            text.linkShortener.map { "the text has a link through the public shortener \($0)" }
        }
        judge(situation, &findings, \.links, name: "content.link") { text in
            text.hasLink ? "the text has a link" : nil
        }
    }

    private func judgeCategories(_ situation: Situation, _ findings: inout Findings) {
        guard situation.laws.contains(where: { !$0.forbidden.isEmpty }) else { return }
        guard let text = situation.text else { return findings.skip("content.forbidden") }
        guard text.categories != 0 else { return findings.pass("content.forbidden") }
        var isHit = false
        for (index, category) in categories.enumerated() where text.categories >> UInt64(index) & 1 == 1 {
            let effects = situation.laws.flatMap(\.forbidden).filter { $0.category == category.name }.map(\.effect)
            guard let effect = effects.max() else { continue }
            isHit = true
            // Somebody's order or account may be named like a forbidden subject.
            findings.hit(
                names[index], situation.kind == .promotional ? effect : .warn,
                why: "the text has a word of the category \(category.name)", reference: category.reference)
        }
        if !isHit { findings.pass("content.forbidden") }
    }

    private func judge(
        _ situation: Situation, _ findings: inout Findings, _ part: KeyPath<Law, Law.Restriction?>, name: String,
        _ problem: (TextFindings) -> String?
    ) {
        var strictest: Law.Restriction?
        for law in situation.laws {
            guard let restriction = law[keyPath: part], restriction.kinds.contains(situation.kind) else { continue }
            if strictest.map({ $0.effect < restriction.effect }) ?? true { strictest = restriction }
        }
        guard let strictest else { return }
        guard let text = situation.text else { return findings.skip(name) }
        guard let why = problem(text) else { return findings.pass(name) }
        findings.hit(name, strictest.effect, why: why, reference: strictest.reference)
    }
}
