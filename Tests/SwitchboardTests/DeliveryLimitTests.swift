import Foundation
import Testing

@testable import Switchboard

@Suite("Delivery limits in effect") struct DeliveryLimitTests {
    private static let queues =
        #"[{"name": "send.transactional", "policy": "t"}, {"name": "send.promotional", "policy": "p"}, {"name": "crm"}]"#

    private func problems(_ policies: String, operators: String = "[]", queues: String = queues) throws -> [String] {
        try DeliveryLimits(
            queues: Data(queues.utf8), policies: Data(policies.utf8), operatorPolicies: Data(operators.utf8)
        ).problems(atLeast: 200)
    }

    private static func policy(_ name: String, _ definition: String) -> String {
        #"{"name": "\#(name)", "definition": "\#(definition.replacing("\"", with: "\\\""))"}"#
    }

    private static let well =
        "[" + policy("t", #"{"delivery-limit":200}"#) + "," + policy("p", #"{"delivery-limit":1000}"#) + "]"

    @Test("a limit below the workers' own is named, and so is one that no policy sets") func problems() throws {
        let policies =
            "[" + Self.policy("t", #"{"delivery-limit":20}"#) + "," + Self.policy("p", #"{"max-length":5}"#) + "]"
        #expect(
            try problems(policies) == [
                "send.transactional: the delivery limit is 20, the workers count on 200",
                "send.promotional: no policy sets a delivery limit",
            ])
    }

    @Test("a limit as the workers count on it, or more, is none") func well() throws {
        #expect(try problems(Self.well).isEmpty)
    }

    @Test("of a policy and the operators' own the lower limit holds") func operators() throws {
        let bound = #"[{"name": "o", "pattern": "^send\\.p", "definition": "{\"delivery-limit\":50}"}]"#
        #expect(
            try problems(Self.well, operators: bound) == [
                "send.promotional: the delivery limit is 50, the workers count on 200"
            ])
    }

    @Test("what a node may answer instead", arguments: ["", "{}", "[1]", "null", "Error: no node"])
    func strange(json: String) {
        #expect(throws: DeliveryLimits.Problem.self) { try problems(json) }
        #expect(throws: DeliveryLimits.Problem.self) { try problems(Self.well, operators: json) }
        #expect(throws: DeliveryLimits.Problem.self) { try problems(Self.well, queues: json) }
    }

    @Test("a queue or a policy that cannot be read has no limit") func missing() throws {
        #expect(try problems("[]").count == 2)
        #expect(try problems(Self.well, queues: "[]").count == 2)
        #expect(
            try problems("[" + Self.policy("t", "x") + #", {"name": 5}, {"name": "p", "definition": 7}]"#).count == 2)
    }
}
