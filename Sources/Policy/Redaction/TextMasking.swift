extension Finding.Kind {
    /// What stands in the place of a masked part.
    var placeholder: StaticString {
        switch self {
        case .detector(let detector): detector.placeholder
        case .pattern: Placeholder.ofPatterns
        }
    }
}

/// A text with placeholders instead of what some findings cover.
///
/// - Parameter findings: by position, without overlaps.
func masked(_ text: String, _ findings: [Finding]) -> String {
    guard !findings.isEmpty else { return text }
    var text = text
    return text.withUTF8 { bytes in
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count + 16)
        var remaining = findings[...]
        var scalar = -1
        var isHidden = false
        for byte in bytes {
            // What goes on with a scalar goes where its beginning went.
            if byte & 0xC0 != 0x80 {
                scalar += 1
                if let first = remaining.first, first.range.upperBound <= scalar { remaining.removeFirst() }
                isHidden = false
                if let first = remaining.first, first.range.lowerBound <= scalar {
                    isHidden = true
                    if first.range.lowerBound == scalar {
                        first.kind.placeholder.withUTF8Buffer { masked.append(contentsOf: $0) }
                    }
                }
            }
            if !isHidden { masked.append(byte) }
        }
        return String(decoding: masked, as: UTF8.self)
    }
}

extension RedactionTable {
    /// The text as a sink other than the body may have it; nil where the sink may not have it at all.
    func text(_ text: String, _ findings: [Finding], in sink: Sink) -> String? {
        guard !findings.isEmpty else { return text }
        let hits = findings.filter { self[sink, $0.kind] != .allow }
        if hits.contains(where: { self[sink, $0.kind] == .block }) { return nil }
        return masked(text, hits)
    }
}
