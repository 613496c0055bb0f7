import Foundation
import Testing

@testable import Switchboard

@Suite("Delivery limits in effect") struct DeliveryLimitTests {
    private func problems(_ json: String) throws -> [String] {
        try DeliveryLimits(json: Data(json.utf8)).problems(atLeast: 200)
    }

    @Test("a limit below the workers' own is named, and so is one that no policy sets") func problems() throws {
        #expect(
            try problems(
                #"""
                [{"name": "send.transactional", "effective_policy_definition": {"delivery-limit": 20}},
                 {"name": "send.promotional", "effective_policy_definition": {"max-length": 5}},
                 {"name": "crm", "effective_policy_definition": {"delivery-limit": 1}}]
                """#) == [
                    "send.transactional: the delivery limit is 20, the workers count on 200",
                    "send.promotional: no policy sets a delivery limit",
                ])
    }

    @Test("a limit as the workers count on it, or more, is none") func well() throws {
        #expect(
            try problems(
                #"""
                [{"name": "send.transactional", "effective_policy_definition": {"delivery-limit": 200}},
                 {"name": "send.promotional", "effective_policy_definition": {"delivery-limit": 1000}}]
                """#
            ).isEmpty)
    }

    @Test("what a node may answer instead", arguments: ["", "{}", "[1]", "null", "Error: no node"])
    func strange(json: String) {
        #expect(throws: DeliveryLimits.Problem.self) { try problems(json) }
    }

    @Test("an empty or strange policy is a missing limit") func strangePolicies() throws {
        #expect(try problems("[]").count == 2)
        #expect(
            try problems(
                #"[{"name": "send.transactional", "effective_policy_definition": ""}, {"name": 5}]"#
            ).count == 2)
    }
}
