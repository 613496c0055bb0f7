/// A text whose cost is measured.
struct Sample {
    let name: String
    let text: String

    /// Whether the shipped policy does not let it pass.
    var isBlocked = false

    /// Of 160 characters each.
    static let messages = [
        Sample(
            "plain", "Hello Anna, your order A-17 has shipped and will be with you on Tuesday between ten and noon."),
        Sample("with a link", "Acme: your parcel is on its way, see https://acme.example/t/8Gh2 for where it is."),
        Sample(
            "one-time code", "Acme: your verification code is 493 817. It is valid for ten minutes. Do not share it."),
        Sample("a phone number", "Your table is booked. Questions? Call us at +1 415 555 0132 from nine to five."),
        Sample("a card number", "Your card 4111 1111 1111 1111 was charged 12.50 at Acme.", isBlocked: true),
        Sample("German", "Ihre Bestellung ist unterwegs und kommt am Dienstag zwischen zehn und zwölf Uhr. Grüße"),
        Sample("Hindi", "आपका ऑर्डर भेज दिया गया है और मंगलवार को दस से बारह बजे के बीच पहुँच जाएगा।"),
    ]

    /// A text of a message, made 160 characters long.
    private init(_ name: String, _ text: String, isBlocked: Bool = false) {
        self.init(name: name, text: Self.padded(text), isBlocked: isBlocked)
    }

    private init(name: String, text: String, isBlocked: Bool = false) {
        self.name = name
        self.text = text
        self.isBlocked = isBlocked
    }

    private static func padded(_ text: String) -> String {
        var padded = text
        let words = text.unicodeScalars.contains { $0.value >= 0x900 } ? " धन्यवाद" : " and thanks"
        while padded.count + words.count <= 160 { padded += words }
        return padded + String(repeating: ".", count: 160 - padded.count)
    }

    /// What makes a search that goes back slow.
    static func hostile(_ count: Int) -> [Sample] {
        [
            Sample(name: "words", text: filled("your order has shipped ", count)),
            Sample(name: "digits", text: filled("4", count)),
            Sample(name: "cards, nearly", text: filled("4111 1111 1111 1112 ", count)),
            Sample(name: "codes", text: filled("code 4938 ", count)),
            Sample(name: "@", text: filled("a@", count)),
            Sample(name: "dots before @", text: filled("a.", count - 1) + "@"),
            Sample(name: "links", text: filled("https://a.example/?token=", count)),
            Sample(name: "IBAN, nearly", text: filled("DE89370400440532013001 ", count)),
            Sample(name: "zero-width", text: filled("4\u{200B}1\u{200D}", count)),
        ]
    }

    private static func filled(_ part: String, _ count: Int) -> String {
        String(String(repeating: part, count: count / part.unicodeScalars.count + 1).unicodeScalars.prefix(count))
    }
}
