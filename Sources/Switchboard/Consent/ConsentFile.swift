import Foundation
import Messaging
import Policy

/// A file of an import: JSON lines, or comma-separated values after a row of titles.
struct ConsentFile {
    private let name: String
    private let bytes: [UInt8]

    /// - Parameter name: stands in the evidence of lines that name none.
    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// All lines, and what is wrong with those that cannot be taken, each with the line's number.
    func changes(keys: RecipientTokenKeys, now: Date) -> (changes: [(line: Int, ConsentChange)], problems: [String]) {
        var changes: [(line: Int, ConsentChange)] = []
        var problems: [String] = []
        do {
            for (line, fields) in try isJSON ? jsonLines() : csvLines() {
                do throws(RequestProblem) {
                    let source = "import:\(name):\(line)"
                    changes.append((line, try ConsentLine(fields.get(), source: source, keys: keys, now: now).change))
                } catch {
                    problems.append("line \(line): \(error)")
                }
            }
        } catch {
            problems.append("line 1: \(error)")
        }
        return (changes, problems)
    }

    private typealias Line = (number: Int, fields: Result<[String: String], RequestProblem>)

    private var isJSON: Bool { bytes.first { !$0.isSpace } == UInt8(ascii: "{") }

    private func jsonLines() -> [Line] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap {
            index, line in
            guard line.contains(where: { !$0.isSpace }) else { return nil }
            guard let fields = try? JSONDecoder().decode([String: String?].self, from: Data(line)) else {
                return (
                    index + 1, .failure(RequestProblem(field: "line", problem: "is no JSON object of texts"))
                )
            }
            return (index + 1, .success(fields.compactMapValues { $0 }))
        }
    }

    private func csvLines() throws(RequestProblem) -> [Line] {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        let rows = csvRows(Array(text))
        guard let header = rows.first, header != [""] else { return [] }
        guard Set(header).count == header.count else {
            throw RequestProblem(field: "header", problem: "names a column twice")
        }
        return rows.enumerated().dropFirst().compactMap { index, row in
            guard row != [""] else { return nil }
            guard row.count == header.count else {
                let problem = "has \(row.count) cells; the header has \(header.count)"
                return (index + 1, .failure(RequestProblem(field: "row", problem: problem)))
            }
            return (index + 1, .success(Dictionary(zip(header, row), uniquingKeysWith: { $1 })))
        }
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
