/// The members of a JSON object as they stand, without reading their values.
///
/// The text must have been validated before; of one that is no valid JSON, any nonsense may come out, but no harm.
struct JSONMembers {
    /// Each member: its name without quotes and escapes unread, and the bytes from the name to the end of the value.
    private(set) var members: [(name: [UInt8], text: ArraySlice<UInt8>)] = []

    /// nil when the text does not begin as an object.
    init?(_ json: [UInt8]) {
        guard let open = json.firstIndex(where: { !Self.isSpace($0) }), json[open] == UInt8(ascii: "{") else {
            return nil
        }
        var depth = 0
        var start = open + 1
        var name: ArraySlice<UInt8> = []
        var index = open
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""):
                let end = Self.endOfString(json, from: index)
                if depth == 1 && name.isEmpty { name = json[(index + 1)..<max(index + 1, end)] }
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0, start < index { append(name, json[start..<index]) }
            case UInt8(ascii: ",") where depth == 1:
                append(name, json[start..<index])
                name = []
                start = index + 1
            default: break
            }
            index += 1
        }
    }

    /// The object without some of its members.
    func object(without names: [String]) -> [UInt8] {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for member in members where !names.contains(where: { member.name.elementsEqual($0.utf8) }) {
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            json.append(contentsOf: member.text)
        }
        json.append(UInt8(ascii: "}"))
        return json
    }

    private mutating func append(_ name: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) {
        guard !text.allSatisfy(Self.isSpace) else { return }
        members.append((Array(name), text))
    }

    /// The index of the closing quote, or of the end.
    private static func endOfString(_ json: [UInt8], from quote: Int) -> Int {
        var index = quote + 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, json.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
