import Foundation
import Logging
import Messaging
import Policy
import Testing

@testable import Switchboard

@Suite("Reading the policy again") struct PolicyReloadTests {
    private func write(_ text: String, to url: URL) throws { try Data(text.utf8).write(to: url) }

    @Test("a good file replaces the policy, a broken one leaves the old one in force") func reload() throws {
        let file = URL.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try write("name: one\njurisdictions: {world: {}}\n", to: file)
        #expect(try ConfigurationFile.parse("policy: \(file.path)\napps: {}\n").policy == file.path)
        let source = PolicySource(path: file.path, overlay: .none)
        let policy = LivePolicy(try source.load())
        let service = PolicyReload(source: source, policy: policy, logger: Logger(label: "test"))
        #expect(policy.current.revision.name == "one")
        try write("name: two\njurisdictions: {world: {}}\n", to: file)
        service.reload()
        #expect(policy.current.revision.name == "two")
        try write("name: three\njurisdictions: {wrld: {}}\n", to: file)
        service.reload()
        #expect(policy.current.revision.name == "two")
        #expect(throws: SettingProblem.self) { try source.load() }
        let problem = #expect(throws: SettingProblem.self) { try PolicyFile.read(file.path) }
        #expect(
            problem?.description.hasPrefix("policy: \(file.path):2:17: jurisdictions.wrld: is no jurisdiction") == true)
        try FileManager.default.removeItem(at: file)
        service.reload()
        #expect(policy.current.revision.name == "two")
    }
}
