/// The rows of a text of comma-separated values (RFC 4180): fields in quotation marks may hold commas and, doubled,
/// quotation marks. Empty lines count as rows of one empty field, so that a row's index is its line where no field holds
/// a line break.
package func csvRows(_ bytes: [UInt8]) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    func endField() {
        row.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
    }
    func endRow() {
        endField()
        rows.append(row)
        row = []
    }
    var index = bytes.startIndex
    while index < bytes.endIndex {
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\"") where isQuoted && index < bytes.endIndex && bytes[index] == UInt8(ascii: "\""):
            field.append(byte)
            index += 1
        case UInt8(ascii: "\""):
            isQuoted.toggle()
        case UInt8(ascii: ",") where !isQuoted:
            endField()
        case UInt8(ascii: "\n") where !isQuoted:
            endRow()
        case UInt8(ascii: "\r") where !isQuoted:
            continue
        default:
            field.append(byte)
        }
    }
    if !field.isEmpty || !row.isEmpty { endRow() }
    return rows
}
