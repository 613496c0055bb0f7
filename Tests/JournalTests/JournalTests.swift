import Crypto
import Foundation
import Testing

@testable import Journal

@Suite("A journal on disk") struct JournalTests {
    @Test("what is appended is read in its order, removed, and gone") func order() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        let texts = (0..<300).map { "record \($0)" }
        for text in texts { try await journal.append(text) }
        #expect(journal.status.records == 300)
        #expect(try await journal.takeAll() == texts)
        #expect(journal.status == JournalStatus())
        #expect(try folder.files() == [])
        try await journal.append("later")
        #expect(try await journal.takeAll() == ["later"])
        await journal.close()
    }

    @Test("only its owner may read it") func permissions() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path(), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let journal = try await folder.open()
        try await journal.append("secret")
        let mode: (String) throws -> Int? = { path in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(folder.path()) == 0o700)
        #expect(try mode(folder.path() + "/" + (folder.files()[0])) == 0o600)
        await journal.close()
    }

    @Test("a copy taken without closing holds everything that was promised, and goes on") func crash() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        for text in ["one", "two", "three"] { try await journal.append(text, stamp: UInt64(text.count)) }
        try await journal.remove(through: try await journal.oldestRecords()[0].sequence)
        #expect(journal.status.records == 2 && journal.status.oldestStamp == 3)
        try folder.copy(to: "copy")
        let copy = try await folder.open("copy")
        // What was removed from a file that holds more is read again.
        #expect(copy.status.records == 3 && copy.status.oldestStamp == 3)
        try await copy.append("four")
        #expect(try await copy.takeAll() == ["one", "two", "three", "four"])
        await copy.close()
        await journal.close()
    }

    @Test("cut at every byte of its last record: the rest is there, and it is said once") func torn() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        try await journal.append("whole")
        let whole = journal.status.bytes
        try await journal.append("cut")
        let all = journal.status.bytes
        await journal.close()
        for length in whole..<all {
            let name = "cut-\(length)"
            try folder.copy(to: name)
            try folder.change(name) { $0.removeLast(all - length) }
            let copy = try await folder.open(name)
            #expect(copy.status.bytes == whole)
            try await copy.append("new")
            // Nothing is ever written behind the cut: a nonce could come twice.
            #expect(try folder.files(name).count == 2)
            await copy.close()
            let again = try await folder.open(name)
            #expect(try await again.takeAll() == ["whole", "new"])
            await again.close()
        }
        #expect(folder.log.messages.count == all - whole - 1)
        #expect(Set(folder.log.messages).count == 1)
    }

    @Test("damage in the middle costs what it hit, is said, and the file is kept") func damaged() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        for text in ["one", "two", "three"] { try await journal.append(text) }
        let size = journal.status.bytes
        await journal.close()
        try folder.change { $0[size / 2] ^= 1 }
        let again = try await folder.open()
        #expect(again.status.records == 2)
        #expect(folder.log.messages.count == 1)
        #expect(try await again.takeAll() == ["one", "three"])
        #expect(again.status == JournalStatus())
        #expect(try folder.files() == [])
        #expect(try folder.files(ending: ".damaged").count == 1)
        await again.close()
    }

    @Test("a file that goes bad or vanishes while it is open holds up no other") func lost() async throws {
        let folder = try TestFolder()
        var options = JournalOptions()
        options.segmentBytes = 1
        let journal = try await folder.open(options: options)
        for text in ["one", "two", "three"] { try await journal.append(text) }
        try folder.change(file: 0) { $0[40] ^= 1 }
        #expect(try await journal.takeAll() == ["two", "three"])
        #expect(journal.status == JournalStatus())
        #expect(folder.log.messages.count == 2)
        #expect(try folder.files(ending: ".damaged").count == 1)
        await journal.close()
    }

    @Test("full is full, and removing makes room") func bound() async throws {
        let folder = try TestFolder()
        var options = JournalOptions()
        let text = String(repeating: "x", count: 100)
        let size = RecordCipher.sealedSize(payload: 100)
        options.maximumBytes = 4 * size
        options.segmentBytes = 2 * size
        let journal = try await folder.open(options: options)
        for _ in 0..<4 { try await journal.append(text) }
        await #expect(throws: JournalError(.full)) { try await journal.append("x") }
        #expect(journal.status.bytes == options.maximumBytes)
        #expect(try folder.files().count == 2)
        let records = try await journal.oldestRecords()
        #expect(records.count == 2)
        try await journal.remove(through: records[0].sequence)
        // A file goes as a whole.
        await #expect(throws: JournalError(.full)) { try await journal.append("x") }
        try await journal.remove(through: records[1].sequence)
        try await journal.append(text)
        #expect(journal.status.records == 3)
        // The bound counts what was there before, too.
        await journal.close()
        let again = try await folder.open(options: options)
        try await again.append(text)
        await #expect(throws: JournalError(.full)) { try await again.append("x") }
        await again.close()
    }

    @Test("a record that is too large is refused, and harms no other") func tooLarge() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        let large = String(repeating: "x", count: RecordHeader.maximumPayload)
        try await journal.append(large)
        await #expect(throws: JournalError(.tooLarge)) { try await journal.append(large + "x") }
        try await journal.append("small")
        #expect(try await journal.takeAll() == [large, "small"])
        await journal.close()
    }

    @Test("keys: the newest writes, older ones read, and a missing one stops the start and is named")
    func keys() async throws {
        let folder = try TestFolder()
        let first = try await folder.open(keys: [TestFolder.key1])
        try await first.append("old")
        await first.close()
        await #expect(throws: JournalError(.missingKey, subject: "k1")) {
            try await folder.open(keys: [TestFolder.key2])
        }
        let second = try await folder.open(keys: [TestFolder.key2, TestFolder.key1])
        try await second.append("new")
        await second.close()
        await #expect(throws: JournalError(.missingKey, subject: "k2")) {
            try await folder.open(keys: [TestFolder.key1])
        }
        let third = try await folder.open(keys: [TestFolder.key2, TestFolder.key1])
        #expect(try await third.takeAll() == ["old", "new"])
        await third.close()
    }

    @Test("one process at a time") func lock() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        let error = await #expect(throws: JournalError.self) { try await folder.open() }
        #expect(error?.code == .inUse && error?.meansNoPlace == true)
        // A refusal closes what it opened once, and nothing of the journal that holds the folder.
        for _ in 0..<100 {
            await #expect(throws: JournalError.self) { try await folder.open() }
            try await journal.append("one")
        }
        #expect(try await journal.takeAll().count == 100)
        await journal.close()
        let again = try await folder.open()
        await again.close()
        await #expect(throws: JournalError(.closed)) { try await again.append("late") }
        await #expect(throws: JournalError(.closed)) { try await again.oldestRecords() }
    }

    @Test("no place: a missing parent, or a file in the way") func noPlace() async throws {
        let folder = try TestFolder()
        let missing = await #expect(throws: JournalError.self) { try await folder.open("none/spool") }
        #expect(missing?.meansNoPlace == true)
        try Data().write(to: URL(filePath: folder.path("file")))
        let file = await #expect(throws: JournalError.self) { try await folder.open("file") }
        #expect(file?.meansNoPlace == true)
    }

    @Test("other files in the folder are left alone") func strangers() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: folder.path(), withIntermediateDirectories: false)
        for name in ["note.txt", "x.journal", "0000000000000001.journal"] {
            try Data("text".utf8).write(to: URL(filePath: folder.path() + "/" + name))
        }
        let journal = try await folder.open()
        #expect(journal.status == JournalStatus())
        try await journal.append("one")
        #expect(try await journal.takeAll() == ["one"])
        #expect(try folder.files().count == 2)
        await journal.close()
    }
}
