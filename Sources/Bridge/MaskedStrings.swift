/// A JSON text with its strings masked, and everything else as it stands: what is masked must stay JSON.
///
/// - Parameter mask: what becomes of a string's content, escapes unread; nil empties it.
func maskedStrings(_ json: [UInt8], _ mask: (String) -> String?) -> String {
    var masked: [UInt8] = []
    masked.reserveCapacity(json.count)
    var index = 0
    while index < json.count {
        let start = index
        guard json[index] == UInt8(ascii: "\"") else {
            masked.append(json[index])
            index += 1
            continue
        }
        index += 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index = min(index, json.count)
        masked.append(UInt8(ascii: "\""))
        masked.append(contentsOf: (mask(String(decoding: json[(start + 1)..<index], as: UTF8.self)) ?? "").utf8)
        guard index < json.count else { break }
        masked.append(UInt8(ascii: "\""))
        index += 1
    }
    return String(decoding: masked, as: UTF8.self)
}
