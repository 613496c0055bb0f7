import Foundation
import Testing

/// Somebody who says STOP is told so once, by Twilio. Nothing of ours may answer beside it.
@Suite("Confirmations") struct ConfirmationTests {
    /// Every file of a module, by its path.
    private func sources(of module: String) throws -> [(path: String, text: String)] {
        let folder = SourceTree.root.appending(path: "Sources").appending(path: module)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try paths.filter { $0.hasSuffix(".swift") }.map { path in
            (module + "/" + path, try String(contentsOf: folder.appending(path: path), encoding: .utf8))
        }
    }

    @Test("nobody but the worker, who is asked by an app, can create a message at the provider")
    func onlyTheWorker() throws {
        var files = 0
        for module in ["Bridge", "Recorder", "Switchboard"] {
            for (path, text) in try sources(of: module) {
                files += 1
                #expect(!text.contains("MessageCreate"), "\(path)")
                #expect(!text.contains("OutboundMessage"), "\(path)")
                guard path != "Switchboard/Commands/RequestSending.swift" else { continue }
                #expect(!text.contains("Exchange.send,"), "\(path)")
            }
        }
        #expect(files > 50)
        let creators = try sources(of: "Outbound").filter { $0.text.contains("carrier.send(") }.map(\.path)
        #expect(creators == ["Outbound/MessageJourney.swift"])
    }
}
