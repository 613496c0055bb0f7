extension ScannedText {
    /// Shields what must stay visible for support, though it holds digits: provider SIDs, recipient tokens, UUIDs, trace
    /// ids and other long hexadecimal ids, dates with their time, and IPv4 addresses.
    mutating func shieldIDs() {
        var index = 0
        while index < count {
            guard isWord(index) else {
                index += 1
                continue
            }
            var end = index
            while isWord(end) { end += 1 }
            if let shielded = idLength(at: index, wordEnd: end) {
                shield(index..<index + shielded)
                index += shielded
            } else {
                index = end
            }
        }
    }

    /// How many scalars from a word's beginning are an id.
    private func idLength(at start: Int, wordEnd: Int) -> Int? {
        let length = wordEnd - start
        if length == 34, isUpperCase(start), isUpperCase(start + 1), isHexadecimal(start + 2, 32) { return length }
        // A German IBAN is hexadecimal too, but has letters only at its beginning.
        if length >= 16, isHexadecimal(start, length), (start + 2..<wordEnd).contains(where: isLetter) { return length }
        guard self[start - 1] != UInt8(ascii: "+") else { return nil }
        // The word's length tells which shape is worth a look.
        switch length {
        case 2: return tokenLength(at: start) ?? internetAddressLength(at: start)
        case 1, 3: return internetAddressLength(at: start)
        case 4: return timeLength(at: start)
        case 8: return shapeLength(at: start, Self.uuid)
        default: return nil
        }
    }

    /// `ph_<key id>_<26 letters and digits>`.
    private func tokenLength(at start: Int) -> Int? {
        guard matches("ph_", at: start) else { return nil }
        var index = start + 3
        while isWord(index), index < start + 11 { index += 1 }
        guard index > start + 3, self[index] == UInt8(ascii: "_") else { return nil }
        let end = index + 27
        guard (index + 1..<end).allSatisfy(isWord), !isWord(end) else { return nil }
        return end - start
    }

    /// `2026-11-21`, perhaps with `T15:00:00.123456`.
    private func timeLength(at start: Int) -> Int? {
        guard let date = shapeLength(at: start, Self.date), number(start, 4) < 2200, number(start, 4) >= 1900,
            (1...12).contains(number(start + 5, 2)), (1...31).contains(number(start + 8, 2))
        else { return nil }
        let separator = self[start + date]
        guard separator == UInt8(ascii: "t") || separator == UInt8(ascii: " "),
            shape(Self.time, at: start + date + 1)
        else { return date }
        var end = start + date + 1 + Self.time.utf8.count
        guard self[end] == UInt8(ascii: "."), isDigit(end + 1) else { return end - start }
        end += 1
        while isDigit(end), end < start + 40 { end += 1 }
        return end - start
    }

    /// Four numbers up to 255, with points between them.
    private func internetAddressLength(at start: Int) -> Int? {
        var index = start
        for part in 0..<4 {
            var digits = 0
            while isDigit(index + digits), digits < 4 { digits += 1 }
            guard (1...3).contains(digits), number(index, digits) <= 255 else { return nil }
            index += digits
            guard part < 3 else { break }
            guard self[index] == UInt8(ascii: ".") else { return nil }
            index += 1
        }
        let isLonger = isWord(index) || (self[index] == UInt8(ascii: ".") && isDigit(index + 1))
        return isLonger ? nil : index - start
    }

    private static let uuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
    private static let date = "dddd-dd-dd"
    private static let time = "dd:dd:dd"

    /// The length of a shape that no further digit follows.
    private func shapeLength(at start: Int, _ pattern: String) -> Int? {
        let end = start + pattern.utf8.count
        return shape(pattern, at: start) && !isDigit(end) ? pattern.utf8.count : nil
    }

    /// `d` stands for a digit, `x` for a hexadecimal one.
    private func shape(_ pattern: String, at start: Int) -> Bool {
        var index = start
        for byte in pattern.utf8 {
            switch byte {
            case UInt8(ascii: "d"): guard isDigit(index) else { return false }
            case UInt8(ascii: "x"): guard isHexadecimal(index, 1) else { return false }
            default: guard self[index] == byte else { return false }
            }
            index += 1
        }
        return true
    }

    private func number(_ start: Int, _ length: Int) -> Int {
        (start..<start + length).reduce(0) { $0 * 10 + Int(self[$1] & 15) }
    }

    private func isWord(_ index: Int) -> Bool { isDigit(index) || isLetter(index) }

    private func isUpperCase(_ index: Int) -> Bool {
        scalars.indices.contains(index) && ("A"..."Z").contains(scalars[index])
    }

    private func isHexadecimal(_ start: Int, _ length: Int) -> Bool {
        (start..<start + length).allSatisfy { isDigit($0) || (0x61...0x66).contains(self[$0]) }
    }

    /// Whether a lower-case ASCII text stands at an index.
    func matches(_ text: String, at start: Int) -> Bool {
        var index = start
        for byte in text.utf8 {
            guard self[index] == byte else { return false }
            index += 1
        }
        return true
    }
}
