/// E-mail addresses: what stands round an at sign, with a name of a top-level domain (RFC 5321, RFC 6531).
enum MailAddressDetector {
    static func find(_ text: PreparedText, _ ats: [Int], _ candidates: inout Candidates) {
        /// Where the address before ends: what belongs to it is no part of the next.
        var previous = 0
        for at in ats {
            var start = at
            while start > previous, isLocal(text, start - 1) { start -= 1 }
            while start < at, !text.isWord(start) { start += 1 }
            var end = at + 1
            var label = end
            var hasDot = false
            // The end of the last label that may be a top-level domain.
            var domainEnd: Int?
            while true {
                let byte = text[end]
                if text.isWord(end) || byte == UInt8(ascii: "-") {
                    end += 1
                    continue
                }
                if hasDot, let labelEnd = endOfName(text, label..<end) { domainEnd = labelEnd }
                guard byte == UInt8(ascii: "."), end > label else { break }
                hasDot = true
                end += 1
                label = end
            }
            guard start < at, let domainEnd else { continue }
            candidates.add(.email, start..<domainEnd)
            previous = domainEnd
        }
    }

    private static func isLocal(_ text: PreparedText, _ index: Int) -> Bool {
        switch text[index] {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "'"):
            true
        default: text.isWord(index)
        }
    }

    /// Two characters and more that begin with a letter, without hyphens behind.
    private static func endOfName(_ text: PreparedText, _ label: Range<Int>) -> Int? {
        var end = label.upperBound
        while end > label.lowerBound, !text.isWord(end - 1) { end -= 1 }
        return end - label.lowerBound >= 2 && text.isLetter(label.lowerBound) ? end : nil
    }
}
