import Foundation
import Messaging
import Policy
import Testing

@testable import Switchboard

@Suite("What is about one person") struct PersonTests {
    private let keys: RecipientTokenKeys
    private let person: Person

    init() throws {
        keys = try RecipientTokenKeys(
            "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=,k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        person = Person(try Address("+14155550132"), keys)
    }

    @Test(
        "a request is theirs by its address, on every channel",
        arguments: [
            (#"{"to":"+14155550132","body":"Hello"}"#, true),
            (#"{"to":"whatsapp:+14155550132","body":"Hello"}"#, true),
            (#"{"to":"+14155550133","body":"Call +14155550132"}"#, false),
            (#"{"to":"messenger:+14155550132","body":"Hello"}"#, false),
            // What cannot be read is theirs when it holds the number.
            (#"{"to":"+14155550132","#, true), (#"{"to":["+14155550132"]}"#, true), (#"{"to":"#, false), ("", false),
            (#"{"to":"\u002B14155550132","#, true), (#"{"to":"+141555501321","#, false),
            (#"{"to":"+914155550132","#, false),
        ]) func requests(_ text: String, _ isTheirs: Bool)
    {
        #expect(person.isMeant(by: Array(text.utf8)) == isTheirs)
    }

    @Test("an event is theirs under every key's token, and not by a part of it") func events() throws {
        for token in person.tokens {
            #expect(person.isNamed(in: Array(#"{"data":{"recipientId":"\#(token.text)"}}"#.utf8)))
            #expect(!person.isNamed(in: Array(token.text.utf8.dropLast())))
        }
        #expect(!person.isNamed(in: []))
        let other = keys.tokens(for: try Address("+14155550133"))[0]
        #expect(!person.isNamed(in: Array(other.text.utf8)))
    }

    @Test("what is shown of them before a question is masked") func mask() {
        #expect(!person.masked.contains("4155550132"))
        #expect(person.masked.hasSuffix("32"))
    }
}
