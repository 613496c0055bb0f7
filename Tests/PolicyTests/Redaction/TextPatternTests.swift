import Testing

@testable import Policy

@Suite("Patterns of the policy file") struct TextPatternTests {
    private func matches(_ source: String, _ text: String) throws -> [String] {
        let prepared = PreparedText(text)
        let scalars = Array(text.unicodeScalars)
        return try TextPattern(name: "x", source).matches(in: prepared, besides: Claims(count: prepared.count)).map {
            String(String.UnicodeScalarView(scalars[prepared.scalars($0)]))
        }
    }

    @Test(
        "what they match",
        arguments: [
            (#""LC-" digit{8}"#, "card LC-12345678, lc-87654321", ["LC-12345678", "lc-87654321"]),
            (#""LC-" digit{8}"#, "LC-1234567 LC-123456789 XLC-12345678", []),
            (#""LC-" digit{8}"#, "ＬＣ－１２３４５６７８ LC\u{200B}-12345678", ["ＬＣ－１２３４５６７８", "LC\u{200B}-12345678"]),
            (#"letter{2} digit{2,4} [-] alnum{3}"#, "AB12-x9z ab1234-123 ab123", ["AB12-x9z", "ab1234-123"]),
            (#""case" space "no" [.:] space digit{1,9}"#, "Case no. 17, case no: 4", ["Case no. 17", "case no: 4"]),
            (#""müller""#, "Herr Muller, Frau MÜLLER", ["Muller", "MÜLLER"]),
            (#"[ab]{3}"#, "aba abc <aba>", ["aba", "aba"]), (#""num" letter{3}"#, "<number> number", ["number"]),
        ]) func matching(source: String, text: String, expected: [String]) throws
    {
        #expect(try matches(source, text) == expected)
    }

    @Test(
        "what is refused, and at which character",
        arguments: [
            ("", 1, "may match fewer than 3 characters"), ("digit", 1, "may match fewer than 3 characters"),
            ("digit{0,9}", 1, "may match fewer than 3 characters"), ("(a+)+", 1, "is no part of a pattern"),
            ("digit{3} .*", 10, "is no part of a pattern"), (#""abc"#, 1, "is not closed"),
            ("[abc", 1, "is not closed"),
            ("digit{3", 6, "is not closed"), ("digit{x}", 6, "is no count"), ("digit{5,2}", 6, "is no count"),
            ("digit{0}", 6, "is no count"), ("digit{999999999999}", 6, "is no count"), ("digit{129}", 6, "is no count"),
            ("digit{-1,3}", 6, "is no count"), ("digit{1,2,3}", 6, "is no count"),
            ("digit{3}letter", 9, "is not parted"),
            (#""""#, 1, "is empty"), (#""a<b""#, 1, "holds < or >"), ("[é€]", 1, "holds < or >"),
            ("digit{100} letter{100}", 12, "makes matches longer than 128 characters"),
            ("alnum{1,20} digit{3}", 1, "may stand several times"),
            ("digit{3} alnum{1,9} letter", 10, "may stand several"),
            ("letter{2,9} digit? letter", 1, "may stand several times"),
            (#"letter{2,9} "x" digit{3}"#, 1, "may stand several times"),
            ("digit{3} Letter", 10, "is no part of a pattern"),
        ]) func refused(source: String, position: Int, problem: String)
    {
        do throws(TextPatternProblem) {
            _ = try TextPattern(name: "x", source)
            Issue.record("was taken")
        } catch {
            #expect(error.position == position)
            #expect(error.problem.hasPrefix(problem), "\(error.problem)")
        }
    }

    @Test("sources at random are read or refused, never a trap") func fuzz() {
        var generator = SeededGenerator(seed: 14)
        var taken = 0
        for _ in 0..<3000 {
            let source = mutated(Array(#""LC-" digit{4,8} [ab-]? letter{3} space alnum{2}"#.utf8), using: &generator)
            guard let pattern = try? TextPattern(name: "x", String(decoding: source, as: UTF8.self)) else { continue }
            taken += 1
            #expect(pattern.elements.reduce(0) { $0 + $1.most } <= TextPattern.maximumLength)
        }
        #expect(taken > 50)
    }
}
