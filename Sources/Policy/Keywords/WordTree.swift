/// Sequences of symbols that are looked for at a place of a text. What a search costs depends on the sequences alone: it
/// never goes on for longer than the longest of them.
struct WordTree<End: Sendable>: Sendable {
    private struct Node: Sendable {
        var next: [Int: Int] = [:]
        var ends: [End] = []
    }

    private var nodes = [Node()]

    mutating func insert(_ symbols: [Int], _ end: End) {
        var node = 0
        for symbol in symbols {
            if let next = nodes[node].next[symbol] {
                node = next
            } else {
                nodes.append(Node())
                nodes[node].next[symbol] = nodes.count - 1
                node = nodes.count - 1
            }
        }
        nodes[node].ends.append(end)
    }

    /// Tells of every sequence that begins at `place`, and where it ends.
    ///
    /// - Parameter symbols: what stands at a place: symbols, and the place after each.
    func search(from place: Int, _ symbols: (Int) -> [(symbol: Int, next: Int)], found: (End, Int) -> Void) {
        var open = [(node: 0, place: place)]
        while let (node, place) = open.popLast() {
            if node != 0 { for end in nodes[node].ends { found(end, place) } }
            guard !nodes[node].next.isEmpty else { continue }
            for (symbol, next) in symbols(place) {
                if let node = nodes[node].next[symbol] { open.append((node, next)) }
            }
        }
    }
}
