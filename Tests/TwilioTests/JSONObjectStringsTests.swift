import FoundationEssentials
import Testing

@testable import Twilio

@Suite struct JSONObjectStringsTests {
    private struct Answer: Decodable {
        let sid: String
        let status: String
    }

    private func read(_ text: String) -> [String]? {
        JSONObjectStrings.values(of: ["sid", "status"], in: Array(text.utf8))
    }

    @Test(
        "members are found among any others",
        arguments: [
            #"{"sid":"a","status":"b"}"#,
            " {\r\n\t\"status\" : \"b\" , \"x\" : [ ] , \"sid\" : \"a\" } \n",
            #"{"n":-0.5e+10,"z":0,"t":true,"f":false,"u":null,"o":{"sid":"x","q":[1,[{}]]},"sid":"a","status":"b"}"#,
            #"{"e":"\"\\\/\b\f\n\r\t\u00e9","sid":"a","é":"😀","status":"b"}"#,
        ])
    func found(text: String) {
        #expect(read(text) == ["a", "b"])
    }

    @Test(
        "what is no JSON object with both is not read",
        arguments: [
            "", " ", "{", "{}", "[]", "null", #"{"sid":"a"}"#, #"{"sid":"a","status":1}"#,
            #"{"sid":"a","status":null}"#, #"{"sid":"a","status":"b"#, #"{"sid":"a","status":"b"}}"#,
            #"{"sid":"a","status":"b"} x"#, #"{"sid":"a","status":"b",}"#, #"{"sid":"a" "status":"b"}"#,
            #"{"sid":"a","sid":"c","status":"b"}"#, #"{"sid":"\u0061","status":"b"}"#,
            #"{"\u0073id":"a","status":"b"}"#, "{\"sid\":\"a\u{1}\",\"status\":\"b\"}",
            #"{"sid":"a","status":"b","n":01}"#, #"{"sid":"a","status":"b","n":1.}"#,
            #"{"sid":"a","status":"b","n":.5}"#, #"{"sid":"a","status":"b","n":-}"#,
            #"{"sid":"a","status":"b","n":1e}"#, #"{"sid":"a","status":"b","n":+1}"#,
            #"{"sid":"a","status":"b","n":NaN}"#, #"{"sid":"a","status":"b","n":tru}"#,
            #"{"sid":"a","status":"b","n":"\x"}"#, #"{"sid":"a","status":"b","n":"\u12g4"}"#,
            #"{"sid":"a","status":"b","n":"\u12"}"#, #"{"sid":"a","status":"b","n":"\"#, #"{'sid':"a","status":"b"}"#,
            "{\"sid\":\"a\",\"status\":\"b\",\"n\":[1,]}", "\u{FEFF}{\"sid\":\"a\",\"status\":\"b\"}",
        ])
    func notFound(text: String) {
        #expect(read(text) == nil)
    }

    @Test("nesting has a limit, and bytes that are no UTF-8 are refused")
    func limits() {
        func nested(_ depth: Int) -> String {
            let arrays = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return #"{"sid":"a","status":"b","n":"# + arrays + "}"
        }
        #expect(read(nested(31)) != nil)
        #expect(read(nested(32)) == nil)
        let text = Array(#"{"sid":"a","status":"b","n":"?"}"#.utf8)
        let invalid = text.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
        #expect(JSONObjectStrings.values(of: ["sid", "status"], in: text) != nil)
        #expect(JSONObjectStrings.values(of: ["sid", "status"], in: invalid) == nil)
    }

    @Test("a repeated member is refused whatever its kinds")
    func repeated() {
        #expect(read(#"{"sid":1,"sid":"a","status":"b"}"#) == nil)
        #expect(read(#"{"sid":"a","sid":null,"status":"b"}"#) == nil)
    }

    @Test("whatever it reads, Foundation's decoder reads alike")
    func differential() {
        var random = SeededGenerator(seed: 20)
        let pieces = [
            #""sid""#, #""status""#, ":", ":", ",", ",", "{", "}", "[", "]", #""a""#, #""b\n""#, "1", "-2.5e3", "null",
            "true", " ", #""é""#, #""x""#,
        ]
        var read = 0
        for _ in 0..<20_000 {
            let middle = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            let text = [
                #"{"sid":"a","# + middle.joined() + #""status":"b"}"#,
                #"{"sid":"a","status":"b""# + middle.joined() + "}",
            ]
            for text in text {
                guard let values = self.read(text) else { continue }
                read += 1
                let answer = try? JSONDecoder().decode(Answer.self, from: Data(text.utf8))
                #expect(answer?.sid == values[0] && answer?.status == values[1], "\(text)")
            }
        }
        #expect(read > 1000)
    }
}
