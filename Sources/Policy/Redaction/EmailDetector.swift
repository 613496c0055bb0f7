extension ScannedText {
    /// Marks e-mail addresses: what stands round an at sign, with a dot in the domain (RFC 5321 limits: 64 and 255).
    mutating func markEmails() {
        for at in 0..<count where folded[at] == UInt8(ascii: "@") {
            var start = at
            while start > 0, at - start < 64, isLocal(start - 1) { start -= 1 }
            var end = at + 1
            var hasDot = false
            while end < count, end - at <= 255, isDomain(end) {
                if folded[end] == UInt8(ascii: ".") { hasDot = true }
                end += 1
            }
            if start < at, hasDot { mark(start..<end, as: .email) }
        }
    }

    /// Without those that part an address from what stands before it in a URL or a log: `=`, `/`, `?` and brackets.
    private func isLocal(_ index: Int) -> Bool {
        switch folded[index] {
        case UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "'"), UInt8(ascii: "!"),
            UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "^"),
            UInt8(ascii: "~"):
            true
        default: isDomain(index)
        }
    }

    /// Letters beyond ASCII may stand in both parts (RFC 6531).
    private func isDomain(_ index: Int) -> Bool {
        isLetter(index) || isDigit(index) || folded[index] == UInt8(ascii: ".") || folded[index] == UInt8(ascii: "-")
            || folded[index] == Self.transparent
            || (folded[index] == Self.opaque && scalars[index].properties.isAlphabetic)
    }
}
