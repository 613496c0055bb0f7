import Logging
import Observability
import Testing

/// Plants personal data and secrets wherever a careless call site might, and looks for them in what was written.
@Suite("Canaries") struct CanaryTests {
    private static let numbers = ["+15558675310", "whatsapp:+442071838750", "(555) 867-5310", "4111 1111 1111 1111"]
    private static let bodies = ["Dear Canaria, your test result is positive"]
    private static let codes = ["482913", "G-482913"]
    private static let secrets = ["s3cr3t-canary", "0123456789abcdef0123456789abcdef"]

    /// What must not appear, in any form a reader could put together again.
    private static let traces = [
        "5558675310", "8675310", "867-5310", "2071838750", "4111 1111", "1111 1111", "Canaria", "482913", "s3cr3t",
        "0123456789abcdef0123456789abcdef", "ann@example", "canary-pass",
    ]

    private static var metadata: [Logger.Metadata] {
        var planted: [Logger.Metadata] = []
        for number in numbers {
            for key in ["to", "from", "address", "detail", "recipient", "message.id", "error", "url", "provider.to"] {
                planted.append([key: "\(number)"])
                planted.append([key: ["nested": "\(number)"]])
                planted.append([key: ["\(number)"]])
            }
            planted.append(["\(number)": "as a key"])
            planted.append(["error": "The 'To' number \(number) is not a valid phone number."])
            planted.append(["url": "https://api.example.com/x?To=\(number)&id=1"])
            planted.append(["form": "To=\(number.replacing("+", with: "%2B"))&From=%2B15558675310"])
        }
        for body in bodies {
            for key in ["body", "text", "message.body", "request-body", "Body"] { planted.append([key: "\(body)"]) }
            planted.append(["request": ["body": "\(body)"]])
            planted.append(["template.variables": ["name": "\(body)"]])
        }
        for code in codes {
            planted.append(["code": "\(code)"])
            planted.append(["otp": .stringConvertible(code)])
            planted.append(["detail": "Your verification code is \(code)."])
        }
        for secret in secrets {
            for key in ["password", "token", "auth_token", "secret", "client.secret", "authorization", "apikey"] {
                planted.append([key: "\(secret)"])
                planted.append(["detail": "tried with \(key)=\(secret) again"])
                planted.append(["detail": "{\"\(key)\": \"\(secret)\"}"])
            }
            planted.append(["header": "Authorization: Basic \(secret)"])
            planted.append(["header": "Bearer \(secret)"])
        }
        planted.append(["url": "amqp://shop:canary-pass@broker:5672/switchboard"])
        planted.append(["detail": "mail from ann@example.com"])
        return planted
    }

    @Test("no planted value reaches the log", arguments: LogFormat.allCases) func metadata(format: LogFormat) throws {
        let log = try CapturedLog()
        let logger = log.logger(format)
        var text = ""
        for metadata in Self.metadata {
            logger.info("planted", metadata: metadata)
            var derived = logger
            for (key, value) in metadata { derived[metadataKey: key] = value }
            derived.error("planted in the logger")
            text += log.text()
        }
        #expect(text.filter { $0 == "\n" }.count == Self.metadata.count * 2)
        #expect(Self.traces.filter { text.contains($0) } == [])
    }

    @Test("nor through a message", arguments: LogFormat.allCases) func messages(format: LogFormat) throws {
        let log = try CapturedLog()
        let logger = log.logger(format)
        for number in Self.numbers { logger.warning("Cannot send to \(number)") }
        for code in Self.codes { logger.warning("The code was \(code)") }
        for secret in Self.secrets { logger.warning("Tried password=\(secret)") }
        logger.warning("Wrote to ann@example.com at amqp://shop:canary-pass@broker")
        let text = log.text()
        #expect(text.contains("Cannot send to"))
        #expect(Self.traces.filter { text.contains($0) } == [])
    }
}
