/// Replaces characters by look-alikes of GSM-7, as Twilio's smart encoding does, so that a text takes fewer segments.
///
/// The text stays as it is where a character is left that the alphabet lacks: it would take UCS-2 all the same.
func smartEncoded(_ text: String) -> String {
    var encoded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if GSMAlphabet.septets(scalar) > 0 {
            encoded.append(scalar)
        } else if let replacement = lookAlikes[scalar] {
            encoded.append(contentsOf: replacement.unicodeScalars)
        } else if (0xFF01...0xFF5E).contains(scalar.value), let narrow = Unicode.Scalar(scalar.value - 0xFEE0) {
            guard GSMAlphabet.septets(narrow) > 0 else { return text }
            encoded.append(narrow)
        } else {
            return text
        }
    }
    return String(encoded)
}

/// Facts from Twilio's message segment calculator (MIT) and its page on smart encoding.
private let lookAlikes: [Unicode.Scalar: String] = {
    let groups: [(replacement: String, scalars: String)] = [
        ("\"", "«»“”„‟″ʺ˝❝❞"), ("'", "‘’‚‛′ʹʻʼˈ`´❛❜‹›"), ("-", "‐‑‒–—―−﹘⁃"), ("...", "…"),
        (" ", "\u{A0}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}"),
        (" ", "\u{202F}\u{205F}\u{3000}\t"),
        ("", "\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}\u{AD}"), ("/", "⁄∕"), ("*", "•∙·"),
        ("1/2", "½"), ("1/4", "¼"), ("3/4", "¾"),
        (".", "․。"), (",", "﹐"), ("!", "ǃ﹗"), ("?", "﹖"), (":", "ː﹕"), ("_", "ˍ"), ("%", "﹪"), ("&", "﹠"), ("+", "﹢"),
        ("=", "﹦"), ("<", "﹤"), (">", "﹥"), ("@", "﹫"), ("#", "﹟"), ("$", "﹩"),
    ]
    var table: [Unicode.Scalar: String] = [:]
    for (replacement, scalars) in groups { for scalar in scalars.unicodeScalars { table[scalar] = replacement } }
    return table
}()
