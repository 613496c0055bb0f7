/// Writes the elements of AMQP 0-9-1 (section 4.2 of the specification), right or wrong.
struct WireWriter {
    var bytes: [UInt8] = []

    mutating func octet(_ value: UInt8) { bytes.append(value) }
    mutating func short(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 0xFF)] }
    mutating func long(_ value: UInt32) { for shift in [24, 16, 8, 0] { bytes.append(UInt8(value >> shift & 0xFF)) } }
    mutating func longLong(_ value: UInt64) {
        long(UInt32(value >> 32))
        long(UInt32(value & 0xFFFF_FFFF))
    }
    mutating func shortString(_ text: String) {
        octet(UInt8(text.utf8.count))
        bytes += Array(text.utf8)
    }
    mutating func longString(_ content: [UInt8]) {
        long(UInt32(content.count))
        bytes += content
    }

    static func make(_ body: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter()
        body(&writer)
        return writer.bytes
    }
}

/// Reads them; what is missing counts as zero, for the tests look at the values.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var remaining: [UInt8] { Array(rest) }

    mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }
    mutating func short() -> UInt16 { UInt16(octet()) << 8 | UInt16(octet()) }
    mutating func long() -> UInt32 { UInt32(short()) << 16 | UInt32(short()) }
    mutating func longLong() -> UInt64 { UInt64(long()) << 32 | UInt64(long()) }
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        return taken
    }
    mutating func shortString() -> String { String(decoding: bytes(Int(octet())), as: UTF8.self) }
    mutating func longString() -> [UInt8] { bytes(Int(long())) }
}

/// A frame as it stands on the wire.
struct WireFrame {
    static let method: UInt8 = 1
    static let header: UInt8 = 2
    static let body: UInt8 = 3
    static let heartbeat: UInt8 = 8

    var type: UInt8
    var channel: UInt16
    var payload: [UInt8]

    var bytes: [UInt8] {
        WireWriter.make { writer in
            writer.octet(type)
            writer.short(channel)
            writer.longString(payload)
            writer.octet(206)
        }
    }

    /// Class and method number, for a method frame.
    var methodID: MethodID? {
        guard type == Self.method else { return nil }
        var reader = WireReader(payload)
        return MethodID(reader.short(), reader.short())
    }

    /// The arguments, for a method frame.
    var arguments: WireReader { WireReader(Array(payload.dropFirst(4))) }
}

/// Class and number of a method.
struct MethodID: Hashable, CustomStringConvertible {
    let classID: UInt16
    let number: UInt16

    init(_ classID: UInt16, _ number: UInt16) {
        self.classID = classID
        self.number = number
    }

    var description: String { "\(classID).\(number)" }

    static let connectionStart = MethodID(10, 10)
    static let connectionStartOK = MethodID(10, 11)
    static let connectionTune = MethodID(10, 30)
    static let connectionTuneOK = MethodID(10, 31)
    static let connectionOpen = MethodID(10, 40)
    static let connectionOpenOK = MethodID(10, 41)
    static let connectionClose = MethodID(10, 50)
    static let connectionCloseOK = MethodID(10, 51)
    static let connectionBlocked = MethodID(10, 60)
    static let connectionUnblocked = MethodID(10, 61)
    static let channelOpen = MethodID(20, 10)
    static let channelOpenOK = MethodID(20, 11)
    static let channelClose = MethodID(20, 40)
    static let channelCloseOK = MethodID(20, 41)
    static let exchangeDeclare = MethodID(40, 10)
    static let exchangeDeclareOK = MethodID(40, 11)
    static let queueDeclare = MethodID(50, 10)
    static let queueDeclareOK = MethodID(50, 11)
    static let queueBind = MethodID(50, 20)
    static let queueBindOK = MethodID(50, 21)
    static let basicQoS = MethodID(60, 10)
    static let basicQoSOK = MethodID(60, 11)
    static let basicConsume = MethodID(60, 20)
    static let basicConsumeOK = MethodID(60, 21)
    static let basicCancel = MethodID(60, 30)
    static let basicCancelOK = MethodID(60, 31)
    static let basicPublish = MethodID(60, 40)
    static let basicReturn = MethodID(60, 50)
    static let basicDeliver = MethodID(60, 60)
    static let basicAck = MethodID(60, 80)
    static let basicReject = MethodID(60, 90)
    static let basicNack = MethodID(60, 120)
    static let confirmSelect = MethodID(85, 10)
    static let confirmSelectOK = MethodID(85, 11)
}
