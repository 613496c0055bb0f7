/// Reads comma-separated values (RFC 4180): fields may be quoted, and a quote inside is doubled.
func csvRows(_ bytes: [UInt8]) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuote = false
    func endField() {
        row.append(String(decoding: field, as: UTF8.self))
        field = []
    }
    func endRow() {
        endField()
        if row != [""] { rows.append(row) }
        row = []
    }
    for byte in bytes {
        if byte == UInt8(ascii: "\"") {
            // The second of two quotes inside a quoted field stands for one.
            if !isQuoted && wasQuote { field.append(byte) }
            wasQuote = isQuoted
            isQuoted.toggle()
            continue
        }
        wasQuote = false
        switch byte {
        case UInt8(ascii: ",") where !isQuoted: endField()
        case UInt8(ascii: "\n") where !isQuoted: endRow()
        case UInt8(ascii: "\r") where !isQuoted: continue
        default: field.append(byte)
        }
    }
    if !field.isEmpty || !row.isEmpty { endRow() }
    return rows
}
