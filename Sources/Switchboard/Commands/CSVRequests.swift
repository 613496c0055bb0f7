import Foundation
import Messaging

/// Send requests as comma-separated values: the header names the fields; `metadata.KEY`, `tags.KEY`,
/// `template.variables.KEY` and the like reach into objects, and empty cells are left out.
struct CSVRequests {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Throws: ``RequestProblem`` that names the line and the field.
    func requests() throws(RequestProblem) -> [OutgoingRequest] {
        let rows = csvRows(bytes).filter { $0 != [""] }
        guard let header = rows.first else { return [] }
        guard header.contains("to") else { throw RequestProblem(field: "line 1", problem: "names no column \"to\"") }
        var requests: [OutgoingRequest] = []
        for (index, row) in rows.dropFirst().enumerated() {
            do {
                guard row.count == header.count else {
                    throw RequestProblem(
                        field: "row", problem: "has \(row.count) cells; the header has \(header.count)")
                }
                requests.append(try request(header: header, row: row))
            } catch {
                throw RequestProblem(field: "line \(index + 2)", problem: "\(error)")
            }
        }
        return requests
    }

    private func request(header: [String], row: [String]) throws(RequestProblem) -> OutgoingRequest {
        var object: [String: Any] = [:]
        var id: String?
        for (column, cell) in zip(header, row) where !cell.isEmpty {
            if column == "id" {
                guard isMessageID(cell) else {
                    throw RequestProblem(field: "id", problem: "is not 1 to 128 of A-Z a-z 0-9 . _ : -")
                }
                id = cell
            } else {
                set(&object, column.split(separator: ".").map(String.init)[...], to: cell)
            }
        }
        guard let json = try? JSONSerialization.data(withJSONObject: object) else {
            throw RequestProblem(field: "row", problem: "cannot be written as JSON")
        }
        return try OutgoingRequest(json: Array(json), messageID: id)
    }

    private func set(_ object: inout [String: Any], _ path: ArraySlice<String>, to cell: String) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            object[name] = name == "media" ? [cell] : name == "shortenLinks" ? (cell == "true") as Any : cell
            return
        }
        var inner = object[name] as? [String: Any] ?? [:]
        set(&inner, path.dropFirst(), to: cell)
        object[name] = inner
    }
}
