import ArgumentParser
import Foundation
import Messaging
import Policy
import Testing

@testable import Switchboard

@Suite("The policy of a command") struct PolicyChoiceTests {
    @Test("overlays that name a mode hold in that mode alone") func modes() throws {
        let file = URL.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let yaml = """
            name: x
            jurisdictions: {world: {}}
            overlays:
              - {name: staging, mode: staging, allowedCountries: [US]}
              - {name: tried, mode: development, allowedCountries: [US]}
            """
        try Data(yaml.utf8).write(to: file)
        let candidate = Candidate(
            request: SendRequest(to: try Address("+442071838750"), body: "x"), text: "x", app: "shop",
            messageClass: .transactional, purpose: "x", isTrusted: true)
        func outcome(_ words: String...) throws -> Effect {
            try PolicyChoice.parse(["--policy", file.path] + words).engine()
                .decide(candidate, facts: nil, now: Date(timeIntervalSince1970: 1_795_273_200)).outcome
        }
        #expect(try outcome() == .allow)
        #expect(try outcome("--mode", "live") == .allow)
        #expect(try outcome("--mode", "staging") == .block)
        #expect(try outcome("--mode", "development") == .block)
        #expect(throws: (any Error).self) { try PolicyChoice.parse(["--mode", "production"]) }
    }

    @Test("without a file it is the shipped policy") func shipped() throws {
        #expect(try PolicyChoice.parse([]).engine().revision == PolicyEngine.shipped.revision)
        #expect(
            try PolicyChoice.parse(["--mode", "development"]).engine().revision.name.hasSuffix("+development"))
    }
}
