import FoundationEssentials
import Messaging

/// A JSON text with its strings masked, and its long numbers, which become strings; everything else as it stands: what is
/// masked must stay JSON.
///
/// - Parameter mask: what becomes of a string; nil empties it.
func maskedStrings(_ json: [UInt8], _ mask: (String) -> String?) -> String {
    var masked: [UInt8] = []
    masked.reserveCapacity(json.count)
    var index = 0
    while index < json.count {
        let start = index
        if beginsNumber(json[index]) {
            let number = json[index...].prefix { beginsNumber($0) || "+.eE".utf8.contains($0) }
            masked.append(contentsOf: maskedNumber(number, mask))
            index = number.endIndex
            continue
        }
        guard json[index] == UInt8(ascii: "\"") else {
            masked.append(json[index])
            index += 1
            continue
        }
        index += 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < json.count else {
            // No string: it has no end.
            masked.append(UInt8(ascii: "\""))
            masked.append(contentsOf: (mask(String(decoding: json[(start + 1)...], as: UTF8.self)) ?? "").utf8)
            break
        }
        masked.append(contentsOf: maskedString(json[start...index], mask))
        index += 1
    }
    return String(decoding: masked, as: UTF8.self)
}

private func beginsNumber(_ byte: UInt8) -> Bool { isDigit(byte) || byte == UInt8(ascii: "-") }

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// A number with fewer digits than a card's is an id, a time or an amount.
private func maskedNumber(_ number: ArraySlice<UInt8>, _ mask: (String) -> String?) -> [UInt8] {
    guard number.count(where: isDigit) >= 12 else { return Array(number) }
    let read = String(decoding: number, as: UTF8.self)
    let masked = mask(read) ?? ""
    guard masked != read else { return Array(number) }
    var text = JSONText(reservingCapacity: number.count + 2)
    text.value(nil, masked)
    return text.bytes
}

/// A JSON string with its quotation marks: with its escapes read, behind which anything may hide.
private func maskedString(_ json: ArraySlice<UInt8>, _ mask: (String) -> String?) -> [UInt8] {
    let content = json.dropFirst().dropLast()
    let read =
        content.contains(UInt8(ascii: "\\"))
        ? try? JSONDecoder().decode(String.self, from: Data(json)) : String(validating: content, as: UTF8.self)
    // What no JSON reader would take for a string is shown to nobody.
    guard let read else { return Array("\"\"".utf8) }
    let masked = mask(read) ?? ""
    guard masked != read else { return Array(json) }
    var text = JSONText(reservingCapacity: json.count)
    text.value(nil, masked)
    return text.bytes
}
