/// Random numbers that are the same in every run (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// A text of any characters, those that forms and URLs treat specially among them.
    mutating func text(maximumLength: Int) -> String {
        let special = Array("&=+%#?/:@' \u{0}\n\u{301}é😀~*-._\u{2028}aZ09")
        return String(
            (0..<Int.random(in: 0...maximumLength, using: &self)).map { _ in
                special.randomElement(using: &self) ?? "x"
            })
    }

    /// Bytes of any value, mostly those that parsers look at.
    mutating func bytes(maximumLength: Int) -> [UInt8] {
        let special = Array("%&=+;:?#/@'[]{}\",0aF\r\n".utf8)
        return (0..<Int.random(in: 0...maximumLength, using: &self)).map { _ in
            Bool.random(using: &self)
                ? special.randomElement(using: &self) ?? 0 : UInt8.random(in: 0...255, using: &self)
        }
    }
}
