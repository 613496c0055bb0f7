/// A text as it is compared with a keyword: folded by ``FoldingTable``, its words parted by one space each.
struct FoldedText: Hashable {
    let text: String

    init(_ source: some StringProtocol) {
        var scalars: [Unicode.Scalar] = []
        for scalar in source.unicodeScalars { FoldingTable.fold(scalar, into: &scalars) }
        var folded = String.UnicodeScalarView()
        for scalar in scalars where scalar != " " || (!folded.isEmpty && folded.last != " ") { folded.append(scalar) }
        if folded.last == " " { folded.removeLast() }
        text = String(folded)
    }
}
