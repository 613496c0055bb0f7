/// Folds letters and digits: case, compatibility forms (full-width, styled, circled, presentation forms) and accents.
///
/// The standard library has no compatibility decomposition (NFKD), so what it makes of letters and digits is a table.
enum FoldingTable {
    /// What stands for a scalar when texts are compared: nothing for marks and invisible scalars, a lower-case letter or a
    /// digit without its accents, and a space for everything else.
    static func fold(_ scalar: Unicode.Scalar, into text: inout [Unicode.Scalar]) {
        switch scalar.value {
        case 0x61...0x7A, 0x30...0x39: text.append(scalar)
        case 0x41...0x5A: text.append(lowerCase(scalar))
        case 0..<0x80: text.append(" ")
        case 0..<0x10000:
            let folded = basic[Int(scalar.value)]
            guard folded != several else { return foldBeyondASCII(scalar, into: &text) }
            if folded != nothing { text.append(folded) }
        default: foldBeyondASCII(scalar, into: &text)
        }
    }

    private static let nothing: Unicode.Scalar = "\u{0}"
    private static let several: Unicode.Scalar = "\u{FFFF}"

    /// What stands for each scalar of the basic plane. The properties of a scalar are looked for in tables of the standard
    /// library, which takes a microsecond.
    private static let basic: [Unicode.Scalar] = (UInt32(0)..<0x10000).map { value in
        switch value {
        // Han and Hangul, half of the plane, stand for themselves.
        case 0x3400..<0x4DC0, 0x4E00..<0xA000, 0xAC00..<0xD7A4: return Unicode.Scalar(value) ?? several
        default:
            guard value >= 0x80, let scalar = Unicode.Scalar(value) else { return several }
            var folded: [Unicode.Scalar] = []
            foldBeyondASCII(scalar, into: &folded)
            return folded.count > 1 ? several : folded.first ?? nothing
        }
    }

    /// As ``fold(_:into:)``, by what the standard library knows of the scalar.
    static func foldBeyondASCII(_ scalar: Unicode.Scalar, into text: inout [Unicode.Scalar]) {
        let properties = scalar.properties
        if appendListed(scalar, to: &text) { return }
        for scalar in properties.lowercaseMapping.unicodeScalars {
            if appendListed(scalar, to: &text) { continue }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber, .letterNumber,
                .otherNumber, .spacingMark:
                text.append(digit(scalar))
            case .modifierLetter:
                // The Arabic tatweel stretches a word and the like; a modifier is no letter of its own.
                continue
            default: text.append(" ")
            }
        }
    }

    private static func appendListed(_ scalar: Unicode.Scalar, to text: inout [Unicode.Scalar]) -> Bool {
        if let folded = singles[scalar] {
            text.append(folded)
        } else if let folded = longer[scalar] {
            text.append(contentsOf: folded)
        } else {
            return false
        }
        return true
    }

    /// A decimal digit of any script as the ASCII digit.
    private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue else {
            return scalar
        }
        return Unicode.Scalar(UInt8(0x30 + Int(value) % 10))
    }

    private static func lowerCase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) | 0x20)
    }

    /// Scalars that fold to one.
    private static let singles: [Unicode.Scalar: Unicode.Scalar] = {
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for run in runs.split(whereSeparator: \.isWhitespace) {
            let parts = run.split(separator: ">")
            guard parts.count == 2, let first = range(parts[0]), let start = UInt32(parts[1], radix: 16) else {
                continue
            }
            for value in first {
                table[Unicode.Scalar(value) ?? " "] = Unicode.Scalar(start + value - first.lowerBound)
            }
        }
        for (folded, scalars) in entries() where folded.count == 1 {
            for scalar in scalars { table[scalar] = folded[0] }
        }
        return table
    }()

    /// Ligatures, which fold to several.
    private static let longer: [Unicode.Scalar: [Unicode.Scalar]] = {
        var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for (folded, scalars) in entries() where folded.count > 1 {
            for scalar in scalars { table[scalar] = folded }
        }
        return table
    }()

    private static func entries() -> [(folded: [Unicode.Scalar], scalars: [Unicode.Scalar])] {
        single.split(whereSeparator: \.isWhitespace).map { entry in
            let parts = entry.split(separator: "=")
            guard parts.count == 2 else { return ([], []) }
            let folded = parts[0].split(separator: "+").compactMap {
                UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
            }
            return (folded, parts[1].split(separator: ",").flatMap { range($0)?.compactMap(Unicode.Scalar.init) ?? [] })
        }
    }

    private static func range(_ text: Substring) -> ClosedRange<UInt32>? {
        let ends = text.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = ends.first, let last = ends.last, first <= last else { return nil }
        return first...last
    }
}
