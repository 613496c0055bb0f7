import FoundationEssentials
import Logging
import Messaging
import Policy

/// A record that may be shown: its texts have gone through redaction, and its metadata is flat and sorted.
struct LogRecord {
    /// Longer texts are cut, in Unicode scalars: a log is no place for a body.
    static let maximumText = 2048

    let time: Date
    let level: Logger.Level
    let logger: String
    let message: String
    let metadata: [(key: String, value: String)]

    init(time: Date, level: Logger.Level, logger: String, message: String, metadata: Logger.Metadata) {
        self.time = time
        self.level = level
        self.logger = logger
        self.message = redactedForLog(Self.shortened(message))
        var flat: [(key: String, value: String)] = []
        for (key, value) in metadata { Self.flatten(value, key: key, into: &flat) }
        self.metadata = flat.sorted { $0.key < $1.key }
    }

    /// The members of a dictionary get keys of their own, so that each is judged by its own name; what stands under a
    /// hidden name is hidden whatever its own.
    private static func flatten(
        _ value: Logger.MetadataValue, key: String, isHidden: Bool = false,
        into flat: inout [(key: String, value: String)]
    ) {
        let privacy = isHidden ? .hidden : LogPrivacy(key: key)
        switch value {
        case .string(let text):
            flat.append((safeKey(key), privacy.shown(shortened(text))))
        case .stringConvertible(let value):
            flat.append((safeKey(key), privacy.shown(shortened(value.description))))
        case .dictionary(let members):
            for (name, value) in members {
                flatten(value, key: "\(key).\(name)", isHidden: privacy == .hidden, into: &flat)
            }
        case .array(let values):
            for (index, value) in values.enumerated() {
                flatten(value, key: "\(key).\(index)", isHidden: privacy == .hidden, into: &flat)
            }
        }
    }

    /// Keys are constants of ours; one that is not may hold anything.
    private static func safeKey(_ key: String) -> String {
        var name = key
        if !key.utf8.allSatisfy(isKeyByte) {
            let bytes = redactedForLog(shortened(key)).utf8.map { byte in
                isKeyByte(byte) || (0x30...0x39).contains(byte) ? byte : UInt8(ascii: "_")
            }
            name = String(decoding: bytes, as: UTF8.self)
        }
        return ["time", "level", "logger", "msg", ""].contains(name) ? name + "_" : name
    }

    /// Without digits, so that a key that has some is redacted.
    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func shortened(_ text: String) -> String {
        // A scalar takes at least one byte, so most texts are not counted.
        guard text.utf8.count > maximumText else { return text }
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: maximumText, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}

extension LogRecord {
    /// The record as a line, with its newline.
    func line(_ format: LogFormat) -> [UInt8] {
        switch format {
        case .text: textLine
        case .json: jsonLine
        }
    }

    private var textLine: [UInt8] {
        var line =
            "time=\(formatRFC3339(time)) level=\(level) logger=\(logfmtValue(logger)) msg=\(logfmtValue(message))"
        for (key, value) in metadata { line += " \(key)=\(logfmtValue(value))" }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    private var jsonLine: [UInt8] {
        var json = JSONText(reservingCapacity: 512)
        json.object { json in
            json.value("time", formatRFC3339(time))
            json.value("level", level.rawValue)
            json.value("logger", logger)
            json.value("msg", message)
            for (key, value) in metadata { json.value(key, value) }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

/// A value as logfmt has it: bare where it can be, else quoted, and always on one line.
///
/// Control characters, line separators and those that turn the direction of writing are escaped: a log is read in
/// terminals.
func logfmtValue(_ text: String) -> String {
    let isBare =
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
    guard !isBare else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\\(scalar)"
        case "\n": quoted += "\\n"
        case "\r": quoted += "\\r"
        case "\t": quoted += "\\t"
        case " "..."~": quoted.unicodeScalars.append(scalar)
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
    }
    return quoted + "\""
}
