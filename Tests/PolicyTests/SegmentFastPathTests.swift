import Policy
import Testing

/// The count by scalars is a short cut; wherever it is taken, it must say what the count by graphemes says.
@Suite("Segments, the short way and the long one") struct SegmentFastPathTests {
    /// The definition, written once more without any short cut.
    private func segments(_ text: String) -> Int {
        guard text.utf16.count > 70 else { return 1 }
        var segments = 1
        var used = 0
        func add(_ units: Int) {
            if used + units > 67 {
                segments += 1
                used = 0
            }
            used += units
        }
        for character in text {
            if character == "\r\n" {
                add(1)
                add(1)
            } else {
                add(character.utf16.count)
            }
        }
        return segments
    }

    @Test("texts of every script, at every length") func everyLength() {
        let samples = [
            "Ваш заказ отправлен, ё. ", "您的订单已发货。", "ご注文を発送しました。", "주문이 발송되었습니다. ", "Η παραγγελία σας στάλθηκε. ",
            "Ihre Bestellung “wurde” versandt – ŁĄ… ", "آپ کا آرڈر ", "आपका ऑर्डर भेज दिया गया है। ", "ของคุณจัดส่งแล้ว ",
            "a\u{301}б\u{308}",
            "я\r\n", "👩‍👩‍👧‍👦я", "🇩🇪🇫🇷я", "1️⃣я", "©️я", "か\u{3099}", "한\u{11A8}",
        ]
        for sample in samples {
            let long = String(repeating: sample, count: 40)
            for length in stride(from: 60, to: 300, by: 1) {
                let text = String(String.UnicodeScalarView(long.unicodeScalars.prefix(length)))
                guard SegmentCount(text).encoding == "UCS-2" else { continue }
                #expect(SegmentCount(text).segments == segments(text), "\(sample) \(length)")
            }
        }
    }

    /// Two scalars that are counted alone must not be one grapheme, whatever stands beside them.
    @Test("no scalar that is counted alone joins a neighbour of its kind") func pairs() {
        let scalars = (0x80...0xD7A3).filter { $0 % 7 == 0 || $0 < 0x530 }.compactMap(Unicode.Scalar.init)
        let filler = String(repeating: "я", count: 66)
        for scalar in scalars {
            for neighbour: Unicode.Scalar in ["я", "中", "한", "é"] {
                var text = filler
                text.unicodeScalars.append(neighbour)
                text.unicodeScalars.append(scalar)
                text += filler
                guard SegmentCount(text).encoding == "UCS-2" else { continue }
                #expect(SegmentCount(text).segments == segments(text), "\(scalar.value)")
            }
        }
    }
}
