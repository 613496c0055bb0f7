import Dispatch
import Logging
import Observability
import Testing

@Suite("Log lines") struct LineLogHandlerTests {
    private struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    @Test("a record is one line with sorted metadata") func text() throws {
        let log = try CapturedLog()
        var logger = log.logger()
        logger[metadataKey: "queue"] = "send.transactional"
        logger.info("Message accepted", metadata: ["attempt": "1", "provider.sid": "SM1", "queue": "other", "b": ""])
        #expect(
            log.text()
                == #"time=2026-11-21T15:00:00.000Z level=info logger=worker msg="Message accepted" attempt=1 b="" provider.sid=SM1 queue=other"#
                + "\n")
    }

    @Test("or one JSON object") func json() throws {
        let log = try CapturedLog()
        log.logger(.json).warning("Odd", metadata: ["say": "\"hi\"\n", "level": "x"])
        #expect(
            log.text()
                == #"{"time":"2026-11-21T15:00:00.000Z","level":"warning","logger":"worker","msg":"Odd","level_":"x","say":"\"hi\"\n"}"#
                + "\n")
    }

    @Test("nothing that a value holds begins a line, moves a cursor or turns the writing") func injection() throws {
        let log = try CapturedLog()
        log.logger().info("m", metadata: ["v": "a\nlevel=error \u{1B}[31m\u{202E}\u{2028}\\ \"x\"", "k\n=": "1"])
        let text = log.text()
        #expect(text.filter(\.isNewline).count == 1)
        #expect(text.contains(#"k__=1 v="a\nlevel=error \u{1b}[31m\u{202e}\u{2028}\\ \"x\"""#))
    }

    @Test("nested metadata is flattened, and each part judged by its own name") func nested() throws {
        let log = try CapturedLog()
        log.logger().info(
            "m",
            metadata: [
                "request": ["body": "a canary", "app": "shop"], "list": ["+15558675310", .stringConvertible(7)],
            ])
        #expect(log.text().hasSuffix("msg=m list.0=<number> list.1=7 request.app=shop request.body=<hidden>\n"))
    }

    @Test("what support needs stays visible") func visible() throws {
        let log = try CapturedLog()
        log.logger().info(
            "m",
            metadata: [
                "provider.sid": "SM0123456789abcdef0123456789abcdef", "message.id": "order-20261121-12345678",
                "token": "ph_k1_35ijnryt7zps6datbwpp2ed7c4", "error.code": "30006", "recipient": "+1********10",
            ])
        #expect(
            log.text().hasSuffix(
                "msg=m error.code=30006 message.id=order-20261121-12345678 provider.sid=SM0123456789abcdef0123456789abcdef recipient=+1********10 token=ph_k1_35ijnryt7zps6datbwpp2ed7c4\n"
            ))
    }

    @Test("an error's description is redacted like everything else") func errors() throws {
        let log = try CapturedLog()
        log.logger().error("Refused", error: Fault(description: "The number +15558675310 is not valid"))
        #expect(
            log.text().hasSuffix("level=error logger=worker msg=Refused error=\"The number <number> is not valid\"\n"))
    }

    @Test("records below the level are not written, and long texts are cut") func limits() throws {
        let log = try CapturedLog()
        let logger = log.logger(level: .info)
        logger.debug("no")
        #expect(log.text().isEmpty)
        logger.info("yes", metadata: ["v": "\(String(repeating: "x", count: 100_000))"])
        let text = log.text()
        #expect(text.utf8.count < 2300)
        #expect(text.contains("x…"))
    }

    @Test("when nobody reads, what matters less is dropped and counted, and errors wait")
    func backPressure() throws {
        let log = try CapturedLog()
        let logger = log.logger()
        // More than the 64 KiB that a pipe holds.
        for _ in 0..<200 { logger.info("filler", metadata: ["v": "\(String(repeating: "x", count: 1000))"]) }
        DispatchQueue.global().async { logger.error("It matters") }
        var text = ""
        while !text.contains("It matters"), log.waitUntilReadable() { text += log.text() }
        let lines = text.split(separator: "\n")
        #expect(lines.last?.hasSuffix("level=error logger=worker msg=\"It matters\"") == true)
        let fillers = lines.filter { $0.contains("filler") }.count
        #expect((1..<200).contains(fillers))
        #expect(
            lines.dropLast().last == "level=warning logger=log msg=\"Log lines were dropped\" lines=\(200 - fillers)")
        #expect(lines.count == fillers + 2)
    }

    @Test("a closed descriptor does no harm") func closed() {
        LogOutput(descriptor: -1).write([0x0A], mustArrive: true)
        LogOutput(descriptor: -1).write([0x0A], mustArrive: false)
    }
}
