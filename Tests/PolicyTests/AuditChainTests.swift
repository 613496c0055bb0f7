import Crypto
import Foundation
import Messaging
import Policy
import Testing

@Suite("The chain of the audit log") struct AuditChainTests {
    private let keys: RecipientTokenKeys
    private let chain: AuditChain

    init() throws {
        keys = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        chain = AuditChain(ledgerID: "ledger-1", keys: keys)
    }

    private func entries(_ count: Int) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        for number in 1...count {
            if let entry = chain.entry(Array(#"{"n":\#(number)}"#.utf8), after: entries.last) { entries.append(entry) }
        }
        return entries
    }

    /// The first problem, and how many entries are before it.
    private func check(_ entries: [AuditEntry], _ chain: AuditChain) -> (Int, AuditChain.Problem?) {
        var last: AuditEntry?
        for (index, entry) in entries.enumerated() {
            do throws(AuditChain.Problem) {
                _ = try chain.check(entry, after: last)
            } catch {
                return (index, error)
            }
            last = entry
        }
        return (entries.count, nil)
    }

    @Test("what was written is as written") func written() {
        #expect(check(entries(20), chain) == (20, nil))
    }

    @Test("the digest is the one that the documentation describes") func digest() throws {
        let entry = try #require(entries(1).first)
        var expected = Data(SHA256.hash(data: Data("switchboard.audit.v1 ledger-1".utf8)))
        expected += [0, 0, 0, 0, 0, 0, 0, 1]
        expected += Data(#"{"n":1}"#.utf8)
        #expect(entry.digest == Array(SHA256.hash(data: expected)))
        #expect(entry.keyID == "k1")
    }

    @Test("every change is seen at the entry that was changed", arguments: 0..<6) func change(_ kind: Int) {
        var changed = entries(9)
        switch kind {
        case 0: changed[4].record = Array(#"{"n":0}"#.utf8)
        case 1: changed[4].digest[7] ^= 1
        case 2: changed[4].seal[0] ^= 1
        case 3: changed.remove(at: 4)
        case 4: changed.swapAt(4, 5)
        default: changed[4].number = 4
        }
        let problem = check(changed, chain)
        #expect(problem.0 == 4)
        let expected: AuditChain.Problem =
            switch kind {
            case 2: .forged(keyID: "k1")
            case 3: .missing(first: 5, last: 5)
            case 4: .missing(first: 5, last: 5)
            default: .changed
            }
        #expect(problem.1 == expected)
    }

    @Test("a chain made anew without the key, or for another ledger, is refused") func forged() throws {
        let other = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=")
        var forged: [AuditEntry] = []
        let forger = AuditChain(ledgerID: "ledger-1", keys: other)
        for _ in 0..<3 { forged.append(try #require(forger.entry([0x7B, 0x7D], after: forged.last))) }
        #expect(check(forged, chain) == (0, .forged(keyID: "k1")))
        #expect(check(entries(3), AuditChain(ledgerID: "ledger-2", keys: keys)) == (0, .changed))
    }

    @Test("a number beyond all is no trap") func beyond() throws {
        var last = try #require(entries(1).first)
        last.number = .max
        #expect(chain.entry([0x7B, 0x7D], after: last) == nil)
        #expect(throws: AuditChain.Problem.changed) { try chain.check(last, after: last) }
    }

    @Test("entries of a key that is gone are checked but for their seals") func rotated() throws {
        let newest = try RecipientTokenKeys("k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=")
        let later = AuditChain(ledgerID: "ledger-1", keys: newest)
        let old = entries(2)
        let new = try #require(later.entry([0x7B, 0x7D], after: old.last))
        #expect(try !later.check(old[0], after: nil))
        #expect(try !later.check(old[1], after: old[0]))
        #expect(try later.check(new, after: old[1]))
    }
}
