/// The parts of a URL.
extension BrokerURL {
    static func invalid(_ reason: String) -> AMQPError { AMQPError(.invalidURL, reason) }

    mutating func readUser(_ text: Substring) throws(AMQPError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = try Self.decoded(parts[0], "user name")
        guard !user.isEmpty else { throw Self.invalid("the user name is empty") }
        password = parts.count > 1 ? try Self.decoded(parts[1], "password") : ""
    }

    mutating func readPath(_ text: Substring) throws(AMQPError) {
        guard !text.contains("/") else { throw Self.invalid("a / inside the virtual host must be written %2f") }
        guard !text.isEmpty else { return }
        virtualHost = try Self.decoded(text, "virtual host")
        guard virtualHost.utf8.count <= 255 else { throw Self.invalid("the virtual host is longer than 255 bytes") }
    }

    /// As many nodes as anybody has, so that a slip does not make every start a long search.
    private static let mostAddresses = 16

    mutating func readAddresses(_ text: Substring) throws(AMQPError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= Self.mostAddresses else {
            throw Self.invalid("more than \(Self.mostAddresses) hosts are named")
        }
        for part in parts { addresses.append(try address(part)) }
    }

    private func address(_ text: Substring) throws(AMQPError) -> BrokerAddress {
        var address = BrokerAddress(host: "", port: usesTLS ? 5671 : 5672)
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw Self.invalid("the host has [ but no ]") }
            address.host = String(text[text.index(after: text.startIndex)..<end])
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { throw Self.invalid("after ] only a port may follow") }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw Self.invalid("an IPv6 address must stand in [brackets]") }
            address.host = try Self.decoded(parts[0], "host")
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !address.host.isEmpty else { throw Self.invalid("the host is missing") }
        guard address.host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.invalid("the host holds a character that no host name has")
        }
        if let portText {
            guard let number = Self.number(portText, upTo: 65535), number > 0 else {
                throw Self.invalid("the port must be a number from 1 to 65535")
            }
            address.port = UInt16(number)
        }
        return address
    }

    mutating func readQuery(_ text: Substring) throws(AMQPError) {
        for parameter in text.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? try Self.decoded(parts[1], "query") : ""
            switch parts[0] {
            case "heartbeat":
                guard let seconds = Self.number(Substring(value), upTo: 3600), seconds > 0 else {
                    throw Self.invalid("heartbeat must be a number of seconds from 1 to 3600")
                }
                heartbeat = .seconds(seconds)
            case "connection_timeout":
                guard let milliseconds = Self.number(Substring(value), upTo: 600_000), milliseconds > 0 else {
                    throw Self.invalid("connection_timeout must be a number of milliseconds from 1 to 600000")
                }
                connectTimeout = .milliseconds(milliseconds)
            case "cacertfile":
                guard !value.isEmpty else { throw Self.invalid("cacertfile is empty") }
                caFile = value
            case "verify":
                guard value == "verify_peer" else { throw Self.invalid("verify can only be verify_peer") }
            default:
                throw Self.invalid(
                    "a query parameter is none of heartbeat, connection_timeout, cacertfile, verify")
            }
        }
    }

    /// A decimal number of digits alone; the largest one allowed is far from overflow.
    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text) else { return nil }
        return value <= limit ? value : nil
    }

    private static func decoded(_ text: Substring, _ part: String) throws(AMQPError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimal, let low = rest.popFirst()?.hexadecimal else {
                throw invalid("the \(part) has a % that is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        // The C library takes these as strings that end at the first zero.
        guard !bytes.contains(0) else { throw invalid("the \(part) holds a zero byte") }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw invalid("the \(part) is not UTF-8")
        }
        return string
    }
}

extension UInt8 {
    fileprivate var hexadecimal: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
