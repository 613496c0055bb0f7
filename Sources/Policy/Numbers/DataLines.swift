/// The lines of a file that Scripts/zone-data has written: `HEAD WORDS: VALUES`, or `version NAME VALUE`.
///
/// The files are part of the program, so a line that cannot be read is skipped; the tests compare all of them with their
/// sources.
struct DataLines: Sequence {
    struct Line {
        /// The words before the colon.
        let head: [Substring]
        /// The words after it.
        let values: [Substring]
    }

    private let lines: [Line]

    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard line.utf8.first != UInt8(ascii: "#") else { return nil }
            guard let colon = line.utf8.lastIndex(of: UInt8(ascii: ":")) else {
                return Line(head: line.split(separator: " "), values: [])
            }
            return Line(
                head: line[..<colon].split(separator: " "),
                values: line[line.utf8.index(after: colon)...].split(separator: " "))
        }
    }

    func makeIterator() -> IndexingIterator<[Line]> { lines.makeIterator() }
}
