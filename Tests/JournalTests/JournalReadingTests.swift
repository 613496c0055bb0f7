import Foundation
import Testing

@testable import Journal

@Suite("A look into a journal that somebody uses") struct JournalReadingTests {
    @Test("shows what waits, in its order, and takes nothing") func look() async throws {
        let folder = try TestFolder()
        #expect(try Journal.records(in: folder.path(), keys: JournalKeys([TestFolder.key1])) == nil)
        let journal = try await folder.open()
        for text in ["one", "two", "three"] { try await journal.append(text) }
        let look = try #require(try Journal.records(in: folder.path(), keys: JournalKeys([TestFolder.key1])))
        #expect(look.records.map { String(decoding: $0.payload, as: UTF8.self) } == ["one", "two", "three"])
        #expect(look.isWhole)
        #expect(try await journal.takeAll() == ["one", "two", "three"])
        #expect(try Journal.records(in: folder.path(), keys: JournalKeys([TestFolder.key1]))?.records == [])
        await journal.close()
    }

    @Test("says that something could not be read") func damage() async throws {
        let folder = try TestFolder()
        let journal = try await folder.open()
        for text in ["one", "two"] { try await journal.append(text) }
        await journal.close()
        try folder.change { $0[40] ^= 1 }
        let look = try #require(try Journal.records(in: folder.path(), keys: JournalKeys([TestFolder.key1])))
        #expect(look.records.map { String(decoding: $0.payload, as: UTF8.self) } == ["two"])
        #expect(!look.isWhole)
    }
}
