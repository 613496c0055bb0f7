import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Journal

/// A disk that counts, waits and fails as a test asks.
final class TestDisk: Sendable {
    private struct State {
        var syncs = 0
        var failingSyncs = 0
        /// Bytes that fit; nil: all.
        var space: Int?
        var holds = false
        var whenHolding: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let gate = DispatchSemaphore(value: 0)

    var syncs: Int { state.withLock { $0.syncs } }
    func hold() { state.withLock { $0.holds = true } }
    func failSyncs(_ count: Int) { state.withLock { $0.failingSyncs = count } }
    func leaveSpace(_ bytes: Int?) { state.withLock { $0.space = bytes } }

    /// Returns when a sync is held.
    func waitUntilHolding() async {
        await withCheckedContinuation { continuation in
            let holds = state.withLock { state in
                if state.holds { state.whenHolding = continuation }
                return state.holds
            }
            if !holds { continuation.resume() }
        }
    }

    func release() { gate.signal() }

    var calls: FileCalls {
        FileCalls(
            write: { descriptor, bytes in
                let count: Int? = self.state.withLock { state in
                    guard let space = state.space else { return bytes.count }
                    guard space > 0 else { return nil }
                    state.space = space - min(space, bytes.count)
                    return min(space, bytes.count)
                }
                guard let count else {
                    errno = ENOSPC
                    return -1
                }
                return Glibc.write(descriptor, bytes.baseAddress, count)
            },
            sync: { descriptor in
                let (holds, fails, continuation) = self.state.withLock { state in
                    state.syncs += 1
                    defer {
                        state.holds = false
                        state.whenHolding = nil
                        state.failingSyncs = max(0, state.failingSyncs - 1)
                    }
                    return (state.holds, state.failingSyncs > 0, state.whenHolding)
                }
                continuation?.resume()
                if holds { self.gate.wait() }
                guard !fails else {
                    errno = EIO
                    return -1
                }
                return fdatasync(descriptor)
            })
    }
}

@Suite("A journal and its disk") struct JournalDiskTests {
    private func full(_ number: Int32) -> JournalError { JournalError(.inputOutput, number: number) }

    @Test("all who wait while the disk is busy share the next sync", .timeLimit(.minutes(1))) func grouping()
        async throws
    {
        let folder = try TestFolder()
        let disk = TestDisk()
        let journal = try await folder.open(calls: disk.calls)
        disk.hold()
        let results = Mutex<[Int]>([])
        let done = AsyncStream<Void>.makeStream()
        for index in 0...100 {
            if index == 1 { await disk.waitUntilHolding() }
            _ = journal.append(stamp: 0, payload: { Array("\(index)".utf8) }) { result in
                if case .success = result { results.withLock { $0.append(index) } }
                if index == 100 { done.continuation.finish() }
            }
        }
        // Nobody is told before the disk has answered.
        #expect(results.withLock { $0.isEmpty } && journal.status.records == 0)
        disk.release()
        for await _ in done.stream {}
        #expect(results.withLock { $0 } == Array(0...100))
        #expect(disk.syncs == 2)
        #expect(try await journal.takeAll() == (0...100).map { "\($0)" })
        await journal.close()
    }

    @Test("a full disk refuses; what was there stays, and it goes on when there is room", arguments: [0, 1, 30, 70])
    func noSpace(space: Int) async throws {
        let folder = try TestFolder()
        let disk = TestDisk()
        let journal = try await folder.open(calls: disk.calls)
        try await journal.append("one")
        let bytes = journal.status.bytes
        disk.leaveSpace(space)
        await #expect(throws: full(ENOSPC)) { try await journal.append(String(repeating: "x", count: 100)) }
        #expect(journal.status.bytes == bytes && journal.status.records == 1)
        disk.leaveSpace(nil)
        try await journal.append("two")
        try folder.copy(to: "copy")
        let copy = try await folder.open("copy")
        #expect(try await copy.takeAll() == ["one", "two"])
        #expect(try await journal.takeAll() == ["one", "two"])
        #expect(folder.log.messages == [])
        await copy.close()
        await journal.close()
    }

    @Test("after a failed sync the file is left: its pages and nonces are used up") func failedSync() async throws {
        let folder = try TestFolder()
        let disk = TestDisk()
        let journal = try await folder.open(calls: disk.calls)
        try await journal.append("one")
        disk.failSyncs(1)
        await #expect(throws: full(EIO)) { try await journal.append("lost") }
        try await journal.append("two")
        #expect(try folder.files().count == 2)
        disk.failSyncs(1)
        await #expect(throws: full(EIO)) { try await journal.append("lost, too") }
        await journal.close()
        let again = try await folder.open()
        #expect(try await again.takeAll() == ["one", "two"])
        await again.close()
    }

    @Test("a first sync that fails leaves no file behind") func firstSync() async throws {
        let folder = try TestFolder()
        let disk = TestDisk()
        let journal = try await folder.open(calls: disk.calls)
        disk.failSyncs(1)
        await #expect(throws: full(EIO)) { try await journal.append("lost") }
        #expect(try folder.files() == [])
        #expect(journal.status == JournalStatus())
        await journal.close()
    }
}
