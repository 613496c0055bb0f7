import AMQP
import ArgumentParser
import Foundation
import Messaging
import Testing
import Topics

@testable import Switchboard

@Suite("Which dead letters are meant") struct ReplayFilterTests {
    private func filter(_ arguments: String...) throws -> DeadLetterFilter { try DeadLetterFilter.parse(arguments) }

    private let letter = DeadLetters.worker(reason: "refused:21211")

    @Test(
        "a beginning, or a pattern",
        arguments: [
            ("refused", "refused:21211", true), ("refused:212", "refused:21211", true), ("efused", "refused:1", false),
            ("*", "", true), ("", "x", true), ("?", "", false), ("refused:2*1", "refused:21211", true),
            ("refused:?1211", "refused:21211", true), ("*:21211", "refused:21211", true),
            ("*:21211", "refused:212110", false), ("rejected:*.name", "rejected:template.name", true),
            ("a*b*c", "aXbXbc", true), ("a*b*c", "acb", false), ("**", "x", true), ("*é", "é", true),
        ]) func patterns(pattern: String, text: String, fits: Bool)
    {
        #expect(TextPattern(pattern).matches(text) == fits)
    }

    @Test("a pattern that is made to take long does not") func evilPattern() {
        let pattern = TextPattern(String(repeating: "*a", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2000)))
    }

    @Test("every option narrows") func options() throws {
        #expect(try filter().matches(letter, age: 60))
        #expect(try filter("--reason", "abandoned", "--reason", "refused").matches(letter, age: 60))
        #expect(try !filter("--reason", "abandoned").matches(letter, age: 60))
        #expect(try filter("--app", "shop").matches(letter, age: 60))
        #expect(try !filter("--app", "bank").matches(letter, age: 60))
        #expect(try filter("--id", "order-17").matches(letter, age: 60))
        #expect(try !filter("--id", "order-1").matches(letter, age: 60))
        #expect(try filter("--older-than", "59s", "--newer-than", "2m").matches(letter, age: 60))
        #expect(try !filter("--older-than", "1m").matches(letter, age: 60))
        #expect(try !filter("--newer-than", "1m").matches(letter, age: 60))
        #expect(try !filter("--newer-than", "1m").matches(letter, age: nil))
        #expect(try !filter("--older-than", "1m").matches(letter, age: nil))
        #expect(try filter("--class", "promotional").queues.map(\.name) == ["dead.promotional"])
        #expect(try filter().queues.map(\.name) == ["dead.transactional", "dead.promotional", "unroutable"])
    }

    @Test(
        "wrong usage is 64",
        arguments: [
            ["--class", "urgent"], ["--older-than", "5"], ["--older-than", "h"], ["--older-than", "-5m"],
            ["--newer-than", "5w"], ["--older-than", "99999999999999999999d"], ["--app", "Shop"],
            ["--older-than", "2h", "--newer-than", "1h"], ["--nobody"],
        ]) func usage(arguments: [String])
    {
        let error = #expect(throws: (any Error).self) { try DeadLetterFilter.parse(arguments) }
        #expect(error.map { DeadLetterFilter.exitCode(for: $0) } == ExitCode(64))
    }

    @Test(
        "ages",
        arguments: [
            (0, "0s"), (119, "119s"), (120, "2m"), (7200, "2h"), (172_800, "2d"), (-5, "0s"), (.infinity, "11574074d"),
        ])
    func ages(seconds: Double, text: String) {
        #expect(Age(seconds: seconds).description == text)
    }
}

@Suite("What is shown of a dead letter") struct DeadLetterEntryTests {
    @Test("one line, without an address, whatever stands in it") func hostile() {
        let secrets = ["+14155550132", "ann@example.com", "4111111111111111"]
        for secret in secrets + ["a\nb", "\u{1B}[2J", "\u{202E}abc", String(repeating: "x", count: 250)] {
            let letter = DeadLetters.worker(reason: "rejected:\(secret)") {
                $0.messageID = secret
                $0.userID = secret
                $0.headers["sb-exchange"] = .string(secret)
                $0.headers["sb-routing-key"] = .string(secret)
            }
            let entry = DeadLetterEntry(letter, age: 60)
            let shown = [entry.line] + entry.details + [String(decoding: entry.json(), as: UTF8.self)]
            for text in shown {
                if secrets.contains(secret) { #expect(!text.contains(secret)) }
                #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
            }
        }
    }

    @Test("not even in a purpose") func purpose() {
        let letter = DeadLetters.worker(reason: "abandoned") {
            $0.headers["sb-routing-key"] = .string("transactional.shop.14155550132")
        }
        let shown = DeadLetterEntry(letter, age: 60).details.joined()
        #expect(letter.purpose == "14155550132")
        #expect(!shown.contains("14155550132"))
    }

    @Test("an id as apps may choose it is shown whole, to be named again") func ids() {
        let letter = DeadLetters.worker(reason: "abandoned") { $0.messageID = "order-20261121-000017" }
        #expect(DeadLetterEntry(letter, age: nil).line.hasSuffix(" order-20261121-000017"))
        #expect(DeadLetterEntry(letter, age: nil).line.hasPrefix("? "))
    }

    @Test("counted by reason and app, the most first") func summary() {
        var summary = DeadLetterSummary()
        for reason in ["abandoned", "refused:21211", "refused:21211"] {
            summary.add(DeadLetterEntry(DeadLetters.worker(reason: reason), age: nil))
        }
        #expect(summary.total == 3)
        let words = summary.lines.map { $0.split(separator: " ") }
        #expect(words == [["2", "refused:21211", "shop"], ["1", "abandoned", "shop"]])
    }
}
