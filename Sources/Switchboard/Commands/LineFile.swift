import ArgumentParser
import Foundation
import Messaging

/// A file of an operator's: JSON lines, or comma-separated values after a row of titles.
struct LineFile {
    private let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter path: `-` for standard input.
    /// - Throws: exit code 1 after one line, when it cannot be read.
    init(path: String) throws {
        do {
            bytes =
                path == "-"
                ? [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
                : [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            complain("\(path): cannot be read")
            throw ExitCode.failure
        }
    }

    /// What `read` makes of all lines, and what is wrong with those that cannot be taken, each with the line's number.
    ///
    /// - Parameter read: takes the fields by their names, and the line's number.
    func read<Value>(
        _ read: ([String: String], Int) throws(RequestProblem) -> Value
    ) -> (values: [(line: Int, Value)], problems: [String]) {
        var values: [(line: Int, Value)] = []
        var problems: [String] = []
        do {
            for (line, fields) in try isJSON ? jsonLines() : csvLines() {
                do throws(RequestProblem) {
                    values.append((line, try read(fields.get(), line)))
                } catch {
                    problems.append("line \(line): \(error)")
                }
            }
        } catch {
            problems.append("line 1: \(error)")
        }
        return (values, problems)
    }

    /// The same where nothing may be wrong.
    ///
    /// - Throws: exit code 1 after naming what is wrong.
    func complete<Value>(
        _ read: ([String: String], Int) throws(RequestProblem) -> Value
    ) throws -> [(line: Int, Value)] {
        let (values, problems) = self.read(read)
        for problem in problems.prefix(20) { complain(problem) }
        if problems.count > 20 { complain("and \(problems.count - 20) more") }
        guard problems.isEmpty else {
            complain("nothing was recorded")
            throw ExitCode.failure
        }
        return values
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
