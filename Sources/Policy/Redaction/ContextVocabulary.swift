/// The words that ``ContextWords`` knows, by the hash of their folded letters.
enum ContextVocabulary {
    /// The topic of a word; nil for most.
    @inline(__always)
    static func topic(_ hash: WordHash) -> ContextWords.Topic? {
        bits[hash.lowBits] ? topics[hash.value] : nil
    }

    /// Before "code" these make it the name of something else: an error, a place, a rebate.
    static let otherCodes: Set<UInt64> = Set(
        [
            "error", "status", "exit", "reply", "response", "http", "result", "zip", "postal", "post", "area",
            "country",
            "promo", "promotion", "promotional", "discount", "coupon", "voucher", "offer", "qr", "bar", "dress",
            "source",
            "reason", "sort", "tax",
        ].map(hash))

    private static let words: [ContextWords.Topic: String] = [
        .card: """
        card cards credit debit visa mastercard maestro amex americanexpress discover cardnumber creditcard debitcard
        ccnum cc carte bancaire carta carte karte kreditkarte kartennummer tarjeta cartao kaart kort kart karta
        """,
        .socialSecurity: "ssn social socialsecurity ssa itin",
        .phone: """
        call calls tel phone telephone telefon telefono telefone mobile cell cellphone text sms whatsapp fax dial ring
        hotline helpline voicemail callback appelez appeler anrufen rufen llame llamar ligue ligar chiama bel
        """,
        .code: """
        code codes otp otps pin pins tan verification verify verificacion verificacao verifica authentication passcode
        passcodes codigo codigos codice kod kodu kode koda koden kodi kodas cod parola clave passwort
        """,
    ]

    private static let topics: [UInt64: ContextWords.Topic] = {
        var table: [UInt64: ContextWords.Topic] = [:]
        for (topic, list) in words {
            for word in list.split(whereSeparator: \.isWhitespace) { table[hash(String(word))] = topic }
        }
        return table
    }()

    /// Whether a word has a hash with these lowest bits.
    private static let bits: [Bool] = {
        var bits = [Bool](repeating: false, count: 4096)
        for value in topics.keys { bits[Int(truncatingIfNeeded: value & 4095)] = true }
        return bits
    }()

    private static func hash(_ word: String) -> UInt64 {
        var hash = WordHash()
        for byte in word.utf8 { hash.add(byte) }
        return hash.value
    }
}
