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
    var masked = String.UnicodeScalarView()
    var remaining = findings[...]
    for (index, scalar) in text.unicodeScalars.enumerated() {
        while let first = remaining.first, first.range.upperBound <= index { remaining.removeFirst() }
        guard let first = remaining.first, first.range.contains(index) else {
            masked.append(scalar)
            continue
        }
        if index == first.range.lowerBound {
            masked.append(contentsOf: String(describing: first.kind.placeholder).unicodeScalars)
        }
    }
    return String(masked)
}

extension RedactionTable {
    /// The text as a sink other than the body may have it; nil where the sink may not have it at all.
    func text(_ text: String, _ findings: [Finding], in sink: Sink) -> String? {
        let hits = findings.filter { self[sink, $0.kind] != .allow }
        if hits.contains(where: { self[sink, $0.kind] == .block }) { return nil }
        return masked(text, hits)
    }
}
