import Policy
import Testing

@Suite("Segments") struct SegmentCountTests {
    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    @Test(
        "encodings and limits",
        arguments: [
            ("", "GSM-7", 1), ("Hello", "GSM-7", 1), (times(160, "a"), "GSM-7", 1), (times(161, "a"), "GSM-7", 2),
            (times(306, "a"), "GSM-7", 2), (times(307, "a"), "GSM-7", 3), (times(1600, "a"), "GSM-7", 11),
            (times(70, "я"), "UCS-2", 1), (times(71, "я"), "UCS-2", 2), (times(134, "я"), "UCS-2", 2),
            (times(135, "я"), "UCS-2", 3),
            // Two septets each.
            (times(80, "€"), "GSM-7", 1), (times(81, "€"), "GSM-7", 2), (times(76, "€") + "a", "GSM-7", 1),
            // A pair that would straddle two segments moves whole to the next: 153 becomes 152 and a gap.
            (times(152, "a") + "€" + times(152, "a"), "GSM-7", 3),
            (times(153, "a") + "€" + times(151, "a"), "GSM-7", 2),
            // CRLF counts two.
            (times(158, "a") + "\r\n", "GSM-7", 1), (times(159, "a") + "\r\n", "GSM-7", 2),
            (times(68, "я") + "\r\n", "UCS-2", 1), (times(69, "я") + "\r\n", "UCS-2", 2),
            (times(66, "я") + "\r\n" + times(66, "я"), "UCS-2", 2),
            // Surrogate pairs and whole graphemes are not split.
            (times(35, "😀"), "UCS-2", 1), (times(36, "😀"), "UCS-2", 2), (times(66, "😀"), "UCS-2", 2),
            (times(67, "😀"), "UCS-2", 3), (times(66, "я") + "👨‍👩‍👧" + times(59, "я"), "UCS-2", 2),
            (times(66, "я") + "👨‍👩‍👧" + times(60, "я"), "UCS-2", 3),
            // What no segment holds whole is split between its scalars.
            ("e" + times(199, "\u{301}"), "UCS-2", 3),
        ]) func segments(text: String, encoding: String, segments: Int)
    {
        let count = SegmentCount(text)
        #expect(count.encoding == encoding)
        #expect(count.segments == segments)
    }

    @Test("the alphabet: 127 characters, and ten of the extension table with two septets") func alphabet() {
        let basic =
            "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
        let extended = "\u{0C}^{}\\[~]|€"
        #expect(basic.unicodeScalars.count == 127)
        var members = 0
        for value in UInt32(0)...0x2FFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(scalar)
            let isExtended = extended.unicodeScalars.contains(scalar)
            let isMember = isExtended || basic.unicodeScalars.contains(scalar)
            #expect(SegmentCount(text).encoding == (isMember ? "GSM-7" : "UCS-2"), "\(value)")
            if isMember {
                members += 1
                #expect(SegmentCount(Self.times(81, text)).segments == (isExtended ? 2 : 1), "\(value)")
            }
        }
        #expect(members == 137)
    }

    @Test("near relatives that are not in the alphabet", arguments: ["ç", "`", "\t", "e\u{301}", "’", "…", "\u{A0}"])
    func relatives(text: String) {
        #expect(SegmentCount(text).encoding == "UCS-2")
    }
}
