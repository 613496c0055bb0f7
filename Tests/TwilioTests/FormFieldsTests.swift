import Testing

@testable import Twilio

@Suite struct FormFieldsTests {
    private func fields(_ form: String) throws -> [FormFields.Field] {
        try FormFields(parsing: Array(form.utf8)).fields
    }

    @Test("order, duplicates and empty values are kept")
    func order() throws {
        #expect(
            try fields("b=1&a=&a&&c=x=y&=v")
                == [.init("b", "1"), .init("a", ""), .init("a", ""), .init("c", "x=y"), .init("", "v")])
        #expect(try fields("") == [])
        #expect(try FormFields(query: "a=1&a=2")["a"] == "1")
        #expect(try FormFields(query: "a=1")["b"] == nil)
    }

    @Test("plus signs and percent-encoding are decoded, nothing is trimmed")
    func decoding() throws {
        #expect(try fields("a+b=%20c+%2B%c3%a9%00&d=+") == [.init("a b", " c +é\0"), .init("d", " ")])
    }

    @Test(
        "what is no percent-encoded UTF-8 is refused by name",
        arguments: [
            ("Body=%", "Body"), ("Body=%4", "Body"), ("Body=%zz", "Body"), ("Body=%ff", "Body"),
            ("a=1&Body=%c3%28", "Body"), ("a=1&%=2", "body field 2"), ("%2B15558675310=%ff", "body field 1"),
            ("Body=%4&", "Body"), ("Body=%ed%a0%80", "Body"),
        ])
    func invalid(form: String, field: String) {
        let problem = #expect(throws: WebhookProblem.self) { _ = try fields(form) }
        #expect(problem?.field == field)
    }

    @Test("raw bytes that are no UTF-8 are refused")
    func rawBytes() {
        #expect(throws: WebhookProblem(field: "Body", problem: "is not percent-encoded UTF-8")) {
            _ = try FormFields(parsing: Array("Body=".utf8) + [0xFF])
        }
    }

    @Test("a form has at most 64 KiB and 1000 fields")
    func limits() throws {
        #expect(try fields(Array(repeating: "a", count: 1000).joined(separator: "&")).count == 1000)
        #expect(throws: WebhookProblem(field: "body", problem: "has more than 1000 fields")) {
            _ = try fields(Array(repeating: "a", count: 1001).joined(separator: "&"))
        }
        _ = try FormFields(parsing: Array(repeating: UInt8(ascii: "a"), count: 65_536))
        #expect(throws: WebhookProblem(field: "body", problem: "has more than 65536 bytes")) {
            _ = try FormFields(parsing: Array(repeating: UInt8(ascii: "a"), count: 65_537))
        }
    }

    @Test("what the writer writes is read as it was")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let written = (0..<Int.random(in: 0...8, using: &random)).map { index in
                FormFields.Field("n\(index)" + random.text(maximumLength: 8), random.text(maximumLength: 40))
            }
            var writer = FormWriter(reservingCapacity: 16)
            for field in written { writer.append(field.name, field.value) }
            #expect(try FormFields(parsing: writer.bytes).fields == written)
        }
    }

    @Test("only unreserved characters stay as they are")
    func unreserved() {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        for byte in UInt8.min...UInt8.max { #expect(isUnreserved(byte) == plain.contains(byte)) }
        #expect(FormWriter.encoded("a b+ü'*") == "a%20b%2B%C3%BC%27%2A")
    }
}
