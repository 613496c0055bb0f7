import Foundation
import Testing

@testable import Policy

@Suite("What is found in texts") struct DetectionTests {
    private func names(_ text: String, _ patterns: [TextPattern] = []) -> [String] {
        Detection(text, patterns).findings.map(name)
    }

    private func name(_ finding: Finding) -> String {
        let kind =
            switch finding.kind {
            case .detector(let detector): detector.rawValue
            case .pattern(let index): "pattern \(index)"
            }
        let place = "\(finding.range.lowerBound):\(finding.range.upperBound)"
        return "\(kind):\(place)" + (finding.isCertain ? "" : ":doubtful")
    }

    /// Tests/Python/check_policy.py holds the table to python-stdnum, phonenumbers and Presidio.
    @Test("every line of the table") func table() throws {
        let rows = try DataTable("redaction_cases.csv").rows
        #expect(rows.count > 140)
        for row in rows {
            #expect(names(row[0]) == row[1].split(separator: " ").map(String.init), "\(row[0])")
        }
    }

    @Test("offsets are Unicode scalars of the text as it came") func offsets() throws {
        let text = "👩‍👩‍👧 é e\u{301} 𝟒𝟏𝟏𝟏 ①\u{200B}①①① 1111 1111!"
        let finding = try #require(Detection(text).findings.first)
        #expect(finding.kind == .detector(.pan))
        let scalars = Array(text.unicodeScalars)
        #expect(scalars[finding.range.lowerBound] == "𝟒")
        #expect(scalars[finding.range.upperBound] == "!")
    }

    @Test("a scalar that is several characters belongs whole to what is found") func expanding() {
        // A circled twelve.
        #expect(names("code 34⑫") == ["otp:5:8"])
    }

    static let parts = [
        "4111 1111 1111 1111", "4111111111111111", "5105-1051-0510-5100", "378282246310005", "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00", "+14155550132", "+1 415 555 0132", "+49 30 901820", "415-555-0132",
        "020 7946 0958",
        "234-56-7890", "234567890", "1234", "123 456", "12345678", "ann@example.com", "a@b.cd", "@", "code", "otp",
        "ssn",
        "call", "card", "error", "https://x.test/?token=abc&b=", "https://ann:pw@x.test/", "?key=", "=", "://", "#",
        "&",
        " ", " ", " ", "-", ".", "/", ":", ",", "(", ")", "+", "0", "7", "12", "345", "x", "é", "\u{200B}", "\u{A0}",
        "４１", "٣", "код", "验证码", "<number>", "<code>", "<", ">", "\n", "'", "_", "%", "LC-12345678", "abc", "$",
    ]

    private static let patterns: [TextPattern] = {
        let sources = [#""LC-" digit{4,8}"#, "[#/] alnum{3}", #"letter{3} "-" digit{2,9} [x]?"#]
        return sources.enumerated().compactMap { try? TextPattern(name: "p\($0)", $1) }
    }()

    private func text(using generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...24, using: &generator)).map { _ in
            Self.parts.randomElement(using: &generator) ?? ""
        }.joined()
    }

    @Test("to mask twice is to mask once; findings lie in the text and do not overlap; the order makes no difference")
    func properties() {
        var generator = SeededGenerator(seed: 11)
        #expect(Self.patterns.count == 3)
        for round in 0..<20_000 {
            let text = text(using: &generator)
            let patterns = round % 3 == 0 ? Self.patterns : []
            let findings = Detection(text, patterns).findings
            var end = 0
            for finding in findings {
                #expect(finding.range.lowerBound >= end && !finding.range.isEmpty)
                end = finding.range.upperBound
            }
            #expect(end <= text.unicodeScalars.count)
            let once = masked(text, findings)
            let again = Detection(once, patterns).findings
            #expect(again.isEmpty, "\(text.debugDescription) → \(once.debugDescription) \(again.map(name))")
            let shuffled = Detection(text, patterns) { $0.shuffled(using: &generator) }.findings
            #expect(shuffled == findings)
        }
    }

    @Test("texts at random are read without a trap") func fuzz() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<3000 {
            let count = Int.random(in: 0...80, using: &generator)
            var scalars = String.UnicodeScalarView()
            for _ in 0..<count {
                let limit: UInt32 = Bool.random(using: &generator) ? 0x80 : 0x1_1000
                scalars.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) ?? "4")
            }
            let text = String(scalars)
            let findings = Detection(text, Self.patterns).findings
            #expect(findings.allSatisfy { $0.range.upperBound <= count })
        }
    }

    @Test("what holds no digits, addresses and links is not looked at") func gate() {
        for text in [
            "Your order has shipped", "Grüße aus München 👍 – bis bald…", "Chào bạn, đơn hàng đã gửi", "ご注文は発送されました",
            "주문이 발송되었습니다", "Ваш заказ отправлен", "3 for 2", "9% off, €99",
        ] {
            #expect(!mayHoldFindings(text), "\(text)")
        }
        for text in [
            "1234", "a@b", "http://x", "a=b", "１２３４", "٠١٢٣", "१२३४", "𝟏𝟐𝟑𝟒", "①②③④", "¹²³¹", "₁₂₃₄", "＠", "﹫", "㉑",
        ] {
            #expect(mayHoldFindings(text), "\(text)")
        }
    }

    @Test("no scalar folds to what the detectors look for, and is let pass unseen") func gateAgrees() {
        let looked: Set<UInt8> = Set(0x30...0x39).union("@=:/".utf8)
        var unseen = 0
        for value in UInt32(0x80)..<0x2_0000 {
            guard let scalar = Unicode.Scalar(value), !mayHoldFindings(String(Character(scalar))) else { continue }
            unseen += 1
            #expect(looked.isDisjoint(with: PreparedText(String(Character(scalar))).bytes), "\(value)")
        }
        #expect(unseen > 20_000)
    }
}
