import Messaging
import Policy
import Testing

@testable import Bridge

@Suite("Other signed callbacks") struct CallbackEventTests {
    private let path = "/twilio/callbacks/video-room"

    @Test("a form: its fields in the clear event alone") func form() async throws {
        let bench = try Bench()
        let sid = "RM" + String(repeating: "c", count: 32)
        let request = Webhooks.form(
            path, query: "account=default",
            [("RoomSid", sid), ("ParticipantIdentity", Bench.person), ("x", "é \"quoted\" & more"), ("x", "twice")])
        #expect(await bench.take(request) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.name.type == "switchboard.callback.video-room.v1")
        #expect(event.routingKey == "callback.video-room.none.none.none")
        #expect(event.subject == sid)
        #expect(event.provider?.sid == sid)
        #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains(Bench.person))
        #expect(
            event.clearDetails["parameters"]
                == #"[["RoomSid","\#(sid)"],["ParticipantIdentity","\#(Bench.person)"],["x","é \"quoted\" & more"],["x","twice"]]"#
        )
    }

    @Test("JSON: as it came, in the clear event alone") func json() async throws {
        let bench = try Bench()
        let body = #"{"to": "\#(Bench.person)"}"#
        #expect(await bench.take(Webhooks.json(path, query: "account=default", body)) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.clearDetails["payload"] == body)
        #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains(Bench.person))
        #expect(String(decoding: event.json(for: .clear), as: UTF8.self).contains(Bench.person))
    }

    @Test("the same callback has the same id, any other another") func ids() async throws {
        let bench = try Bench()
        let first = Webhooks.json(path, query: "account=default", "{}")
        for request in [
            first, first, Webhooks.json(path, query: "account=default", "[]"),
            Webhooks.json("/twilio/callbacks/other", query: "account=default", "{}"),
            Webhooks.json(path, query: "account=default&n=1", "{}"),
        ] {
            #expect(await bench.take(request) == .taken)
        }
        #expect(bench.broker.events.count == 5)
        #expect(Set(bench.broker.events.map(\.id)).count == 4)
        #expect(bench.broker.events.allSatisfy { $0.id.utf8.count <= 255 && $0.routingKey.utf8.count <= 255 })
    }

    @Test(
        "what only looks like a SID names nothing",
        arguments: [
            "", "short", "rm" + String(repeating: "c", count: 32), "RM" + String(repeating: "g", count: 32),
            "+14155550132", "A\u{301}" + String(repeating: "c", count: 31), String(repeating: "C", count: 60_000),
        ]) func subjects(sid: String) async throws
    {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.form(path, query: "account=default", [("MessageSid", sid)])) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(event.provider?.sid == nil)
        #expect(event.subject.utf8.count == 16)
        #expect(event.id.utf8.count <= 255)
    }

    @Test("what any callback says is masked like a text, and stays JSON") func masked() async throws {
        let bench = try Bench()
        let payload = #"{"at":1795291200004,"note":"card 4111111111111111 \"x\"","sid":"RM1","from":"+14155550132"}"#
        #expect(await bench.take(Webhooks.json("/twilio/callbacks/flow", query: "account=default", payload)) == .taken)
        let event = try #require(bench.broker.events.first)
        #expect(
            event.clearDetails["payload"]
                == #"{"at":1795291200004,"note":"card <number> \"x\"","sid":"RM1","from":"+14155550132"}"#)
        #expect(maskedStrings(Array(#"{"a":"b\"#.utf8)) { $0 } == #"{"a":"b\"#)
    }

    @Test("digits that are written as escapes are masked as those that are not") func escapes() {
        let engine = PolicyEngine.shipped
        func masked(_ json: String) -> String {
            maskedStrings(Array(json.utf8)) { engine.clearText($0, app: nil, from: nil) }
        }
        #expect(masked(#"{"a":"card 4\u0031111111111\u00311111"}"#) == #"{"a":"card <number>"}"#)
        #expect(masked(#"["a\u0022\n","\u00e9"]"#) == #"["a\u0022\n","\u00e9"]"#)
        #expect(
            masked(#"{"a":4111111111111111,"b":-4111111111111111.5,"c":1.5}"#).hasPrefix(#"{"a":"<number>","b":"-"#))
        #expect(masked(#"{"a":4111111111111111e0,"b":true,"c":null}"#) == #"{"a":"<number>e0","b":true,"c":null}"#)
        #expect(masked(#"{"a":[1795291200004,-1,20],"b":1.25}"#) == #"{"a":[1795291200004,-1,20],"b":1.25}"#)
        // No JSON reader takes these for strings.
        #expect(masked(#"["\x41","\ud800"]"#) == #"["",""]"#)
    }
}
