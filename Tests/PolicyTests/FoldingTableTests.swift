import Testing

@testable import Policy

@Suite("The folding table") struct FoldingTableTests {
    /// Han and Hangul are taken to stand for themselves; this would find a new Unicode that says otherwise.
    @Test("says of each scalar of the basic plane what the standard library says") func basicPlane() {
        var differing: [String] = []
        for value in UInt32(0x80)..<0x10000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var (folded, expected): ([Unicode.Scalar], [Unicode.Scalar]) = ([], [])
            FoldingTable.fold(scalar, into: &folded)
            FoldingTable.foldBeyondASCII(scalar, into: &expected)
            if folded != expected { differing.append(String(value, radix: 16)) }
        }
        #expect(differing == [])
    }
}
