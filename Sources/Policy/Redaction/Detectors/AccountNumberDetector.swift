/// International bank account numbers (ISO 13616): the country's length and the check digits decide.
enum AccountNumberDetector {
    static func find(_ text: PreparedText, _ groups: [DigitGroup], _ candidates: inout Candidates) {
        for group in groups {
            // The check digits: two letters before, nothing before those.
            let start = letters(text, before: group.start)
            guard let start, text.isBeginning(start), let length = lengths[country(text, start)] else { continue }
            guard let end = end(text, from: start, length: length), text.isEnd(end) else { continue }
            candidates.add(.iban, start..<end)
        }
    }

    /// Where the two letters of the country stand; perhaps with a space behind them.
    private static func letters(_ text: PreparedText, before digits: Int) -> Int? {
        let end = text[digits - 1] == UInt8(ascii: " ") || text[digits - 1] == UInt8(ascii: "-") ? digits - 1 : digits
        guard text[end - 1] &- 0x61 < 26, text[end - 2] &- 0x61 < 26 else { return nil }
        return end - 2
    }

    private static func country(_ text: PreparedText, _ start: Int) -> UInt16 {
        UInt16(text[start]) << 8 | UInt16(text[start + 1])
    }

    /// Where the number ends; nil when it is too short or its check digits are wrong.
    private static func end(_ text: PreparedText, from start: Int, length: Int) -> Int? {
        var remainder = 0
        var head: [UInt8] = []
        var count = 0
        var gap = 0
        var index = start
        while count < length {
            let byte = text[index]
            if byte &- 0x30 < 10 || byte &- 0x61 < 26 {
                if count < 4 { head.append(byte) } else { remainder = advance(remainder, byte) }
                count += 1
                gap = 0
            } else if gap < 2, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") {
                gap += 1
            } else {
                return nil
            }
            index += 1
        }
        guard head.count == 4, head[2] &- 0x30 < 10, head[3] &- 0x30 < 10 else { return nil }
        for byte in head { remainder = advance(remainder, byte) }
        return remainder == 1 ? index : nil
    }

    /// The remainder by 97 with one more character, of which a letter counts as two digits.
    private static func advance(_ remainder: Int, _ byte: UInt8) -> Int {
        byte < 0x61 ? (remainder * 10 + Int(byte & 15)) % 97 : (remainder * 100 + Int(byte) - 0x61 + 10) % 97
    }

    /// By country, in capital letters no more: SWIFT IBAN Registry.
    private static let lengths: [UInt16: Int] = {
        var lengths: [UInt16: Int] = [:]
        for entry in table.split(whereSeparator: \.isWhitespace) {
            let bytes = Array(entry.utf8)
            guard bytes.count == 4, let length = Int(entry.suffix(2)) else { continue }
            lengths[UInt16(bytes[0] | 0x20) << 8 | UInt16(bytes[1] | 0x20)] = length
        }
        return lengths
    }()

    private static let table = """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
        ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
        LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
        PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
        YE30
        """
}
