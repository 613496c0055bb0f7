/// A text as the database can hold it: PostgreSQL has no text with a zero byte, and texts from outside may have one.
///
/// U+0000 becomes U+10FFFF and `0`. That character stands for nothing (a noncharacter); where it occurs all the same it
/// becomes U+10FFFF and `1`, so that every text comes back as it was.
enum StoredText {
    private static let mark: Unicode.Scalar = "\u{10FFFF}"

    static func stored(_ text: String) -> String {
        // F4 begins the mark; hardly any text has either byte.
        guard text.utf8.contains(where: { $0 == 0 || $0 == 0xF4 }) else { return text }
        var stored = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{0}": stored.append(contentsOf: [mark, "0"])
            case mark: stored.append(contentsOf: [mark, "1"])
            default: stored.append(scalar)
            }
        }
        return String(stored)
    }

    static func original(_ stored: String) -> String {
        guard stored.utf8.contains(0xF4) else { return stored }
        var original = String.UnicodeScalarView()
        var isMarked = false
        for scalar in stored.unicodeScalars {
            if isMarked {
                original.append(scalar == "0" ? "\u{0}" : mark)
                isMarked = false
            } else if scalar == mark {
                isMarked = true
            } else {
                original.append(scalar)
            }
        }
        return String(original)
    }
}
