import Messaging
import Testing

@testable import Policy

@Suite("Phrases of opting out") struct OptOutPhrasesTests {
    private let table = KeywordTable.shipped

    @Test("every row of the shipped list can be read, and names a language and a source") func rows() {
        #expect(OptOutPhrases(csv: PackageResources.opt_out_phrases_csv).unreadable == [])
        for row in csvRows(PackageResources.opt_out_phrases_csv).dropFirst() {
            #expect(row.count == 4 && row.allSatisfy { !$0.isEmpty }, "\(row)")
        }
    }

    @Test("an anchor within a phrase, an empty phrase and an unknown kind are no rows") func unreadable() {
        let csv = "text,language,kind,source\na$ b,en,phrase,x\nc,en,nonsense,x\n^,en,phrase,x\n\nd"
        #expect(OptOutPhrases(csv: Array(csv.utf8)).unreadable == ["a$ b", "c", "^"])
    }

    /// What is told as the keyword is made of words of the lists, never of what else the person wrote.
    @Test(
        "the words that matched are told",
        arguments: [
            ("pls stop texting me, my code is 4711", "stop texting me"), ("stoppp texting me", "stop texting me"),
            ("我要退订", "退订"), ("Please STOP. It's Ann", "STOP"), ("Stop who is this", "STOP"), ("cancle", "CANCEL"),
        ]) func words(reply: String, keyword: String)
    {
        #expect(table.effect(of: reply)?.keyword == keyword)
    }

    @Test(
        "a slip is a neighbour swapped, doubled, left out or hit beside, and not another word",
        arguments: [
            ("sotp", true), ("atop", false), ("stip", true), ("step", false), ("stopppppp", true), ("cancwl", true),
            ("canxel", true), ("anmelden", false), ("resubscribe", false), ("subscribe", false), ("unsubcribbe", true),
            ("hlep", false), ("strat", false), ("quite", false), ("top", false),
        ]) func slips(reply: String, isOptOut: Bool)
    {
        #expect((table.effect(of: reply)?.effect == .optOut) == isOptOut)
    }

    @Test("the whole of what is said outweighs a part of it") func everything() {
        #expect(table.effect(of: "stop texting me, remove me from all lists")?.effect == .optOutAll)
        #expect(table.effect(of: "STOP ALL please")?.effect == .optOutAll)
    }

    @Test("a table without phrases knows its keywords alone") func plain() {
        let table = KeywordTable(csv: Array("keyword,language,effect,source\nSTOP,en,opt_out,x".utf8))
        #expect(table.effect(of: "stop")?.effect == .optOut)
        #expect(table.effect(of: "remove me from your list") == nil)
    }

    @Test("no slip and no phrase is ever a yes or a call for help") func exact() {
        for word in ["START", "UNSTOP", "YES", "HELP", "INFO", "OUI", "ALTA", "DEBUT"] {
            for reply in ["\(word) please", "please \(word)", "\(word)\(word.last ?? "x")", "\(word) \(word)"] {
                let effect = table.effect(of: reply)?.effect
                #expect(effect == nil || effect == .optOut || effect == .optOutAll, "\(reply)")
            }
        }
    }

    /// Repeated, each begins many phrases at every word. What grew with the square of the words would take seconds; measured
    /// are some 20 ms in a debug build.
    @Test(
        "the longest reply costs little, whatever it repeats",
        arguments: ["stop ", "dont ", "do not send me the the ", "please ", "a", "“a b c d e” ", "不要再", "never ever "])
    func bounded(unit: String) {
        let reply = String(repeating: unit, count: 4000 / unit.utf8.count)
        var best = Duration.seconds(60)
        for _ in 0..<5 {
            let start = ContinuousClock.now
            _ = table.effect(of: reply)
            best = min(best, ContinuousClock.now - start)
        }
        #expect(best < .milliseconds(500))
        #expect(table.effect(of: String(repeating: unit, count: 5000)) == nil)
    }

    @Test("hostile replies are judged without a trap") func hostile() {
        var generator = SeededGenerator(seed: 7)
        let seeds = [
            "pls stop texting me", "Liked “Sale! Reply STOP to opt out”", "don't stop, I can't unsubscribe", "不要再发短信",
        ]
        for round in 0..<4000 {
            let bytes = mutated(Array(seeds[round % seeds.count].utf8), using: &generator)
            _ = table.effect(of: String(decoding: bytes, as: UTF8.self))
        }
        for reply in ["“", "““““", "”STOP“", "' ' '", "\u{FEFF}", "\u{0}stop\u{0}", "^stop$", "[stop] [send] [me]"] {
            _ = table.effect(of: reply)
        }
    }
}
