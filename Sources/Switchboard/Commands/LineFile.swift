import ArgumentParser
import Foundation
import Messaging
import Policy

/// A file of an operator's: JSON lines, or comma-separated values after a row of titles.
struct LineFile {
    private let bytes: [UInt8]
    private let fields: Set<String>
    /// The SHA-256 of the file as it is, in hexadecimal: an entry of the audit log tells by it which file it was.
    let digest: String

    /// - Parameter fields: the names that lines may have.
    init(bytes: [UInt8], fields: Set<String>) {
        digest = AuditChain.digest(of: bytes)
        // What some programs mark UTF-8 with.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        self.fields = fields
    }

    /// - Parameter path: `-` for standard input.
    /// - Throws: exit code 1 after one line, when it cannot be read.
    init(path: String, fields: Set<String>) throws {
        do {
            let bytes =
                path == "-"
                ? [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
                : [UInt8](try Data(contentsOf: URL(filePath: path)))
            self.init(bytes: bytes, fields: fields)
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

    /// The same where nothing may be wrong, and a file without a line is taken for a mistake.
    ///
    /// - Throws: exit code 1 after naming what is wrong.
    func complete<Value>(
        _ read: ([String: String], Int) throws(RequestProblem) -> Value
    ) throws -> [(line: Int, Value)] {
        var (values, problems) = self.read(read)
        if values.isEmpty, problems.isEmpty { problems = ["the file has no line to record"] }
        for problem in problems.prefix(20) { complain(problem) }
        if problems.count > 20 { complain("and \(problems.count - 20) more") }
        guard problems.isEmpty else {
            complain("nothing was recorded")
            throw ExitCode.failure
        }
        return values
    }

    private typealias Line = (number: Int, fields: Result<[String: String], RequestProblem>)

    private var names: String { fields.sorted().joined(separator: ", ") }

    private var isJSON: Bool { bytes.first { !$0.isSpace } == UInt8(ascii: "{") }

    private func jsonLines() -> [Line] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap {
            index, line in
            guard line.contains(where: { !$0.isSpace }) else { return nil }
            guard let members = try? JSONDecoder().decode([String: String?].self, from: Data(line)) else {
                return (index + 1, .failure(RequestProblem(field: "line", problem: "is no JSON object of texts")))
            }
            guard members.keys.allSatisfy(fields.contains) else {
                // Not which: what stands in the wrong place may be anything.
                return (
                    index + 1, .failure(RequestProblem(field: "line", problem: "has a field that is none of \(names)"))
                )
            }
            return (index + 1, .success(members.compactMapValues { $0 }))
        }
    }

    private func csvLines() throws(RequestProblem) -> [Line] {
        let rows = csvRows(bytes)
        guard let header = rows.first, header != [""] else { return [] }
        if let column = header.firstIndex(where: { !fields.contains($0) }) {
            throw RequestProblem(
                field: "header", problem: "column \(column + 1) is none of \(names): a CSV file names its columns first"
            )
        }
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
