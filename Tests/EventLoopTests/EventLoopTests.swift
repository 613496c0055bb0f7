import EventLoop
import Foundation
import Synchronization
import Testing

/// An actor whose executor is a loop, as the drivers are.
private actor Counter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }
    private(set) var value = 0
    private(set) var strays = 0

    init(loop: EventLoop) {
        self.loop = loop
    }

    func increment() {
        if !loop.isCurrent { strays += 1 }
        value += 1
    }

    func scheduled(after delays: [Duration], cancel cancelled: Set<Int>) async -> [Int] {
        await withCheckedContinuation { continuation in
            let fired = Mutex<[Int]>([])
            for (index, delay) in delays.enumerated() {
                let timer = loop.schedule(after: delay) { fired.withLock { $0.append(index) } }
                if cancelled.contains(index) { loop.cancel(timer) }
            }
            loop.schedule(after: .milliseconds(1200)) { continuation.resume(returning: fired.withLock { $0 }) }
        }
    }

    /// Schedules and cancels timers from the body of a timer.
    func scheduledFromTimer() async -> Bool {
        await withCheckedContinuation { continuation in
            let victim = loop.schedule(after: .seconds(3600)) {}
            loop.schedule(after: .zero) { [loop] in
                loop.cancel(victim)
                loop.schedule(after: .zero) { continuation.resume(returning: true) }
            }
        }
    }

    func order() async -> [String] {
        await withCheckedContinuation { continuation in
            let seen = Mutex<[String]>([])
            loop.atEndOfTurn {
                seen.withLock { $0.append("end of turn") }
                continuation.resume(returning: seen.withLock { $0 })
            }
            loop.execute { seen.withLock { $0.append("job") } }
        }
    }

    func readOnce(_ descriptor: Int32) async throws -> UInt8 {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try loop.watch(descriptor, for: .readable) { [loop] _ in
                    var byte: UInt8 = 0
                    _ = read(descriptor, &byte, 1)
                    loop.unwatch(descriptor)
                    continuation.resume(returning: byte)
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    func watch(_ descriptor: Int32) throws(EventLoopError) {
        try loop.watch(descriptor, for: .readable) { _ in }
    }
}

@Suite("Event loop") struct EventLoopTests {
    @Test("calls from many threads all run, on the loop's own thread") func confinement() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2000 { group.addTask { await counter.increment() } }
        }
        #expect(await counter.value == 2000)
        #expect(await counter.strays == 0)
    }

    @Test("one call at a time never misses its wake-up") func sequentialWakeUps() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        for _ in 0..<5000 { await counter.increment() }
        #expect(await counter.value == 5000)
    }

    @Test("a task that prefers the loop stays on it across awaits") func taskPreference() async throws {
        let loop = try EventLoop(name: "test")
        let counter = Counter(loop: loop)
        let stayed = await Task(executorPreference: loop.taskExecutor) {
            var stayed = loop.isCurrent
            for _ in 0..<100 {
                await counter.increment()
                stayed = stayed && loop.isCurrent
            }
            return stayed
        }.value
        #expect(stayed)
    }

    @Test("timers fire in order of their deadlines, cancelled ones never") func timers() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        let fired = await counter.scheduled(
            after: [.milliseconds(900), .milliseconds(300), .zero, .milliseconds(600)], cancel: [3])
        #expect(fired == [2, 1, 0])
    }

    @Test("a thousand cancelled timers leave the living one") func cancelledTimers() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        let fired = await counter.scheduled(
            after: Array(repeating: .seconds(3600), count: 1000) + [.milliseconds(1)], cancel: Set(0..<1000))
        #expect(fired == [1000])
    }

    @Test("a timer's body may schedule and cancel timers") func timersFromTimers() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        #expect(await counter.scheduledFromTimer())
    }

    @Test("the end of a turn comes after its jobs") func endOfTurn() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        #expect(await counter.order() == ["job", "end of turn"])
    }

    @Test("a descriptor that becomes ready calls its handler") func descriptors() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let readingEnd = ends[0]
        async let byte = counter.readOnce(readingEnd)
        var sent: UInt8 = 42
        #expect(write(ends[1], &sent, 1) == 1)
        #expect(try await byte == 42)
    }

    @Test("a descriptor that is not open is an error that names the call") func badDescriptor() async throws {
        let counter = Counter(loop: try EventLoop(name: "test"))
        let error = await #expect(throws: EventLoopError.self) { try await counter.watch(9999) }
        #expect(error?.call == "epoll_ctl")
    }

    @Test("a pause lasts as long as it says, and ends when its task is cancelled") func pause() async throws {
        let loop = try EventLoop(name: "test")
        let start = ContinuousClock.now
        await loop.pause(for: .milliseconds(20))
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        let waiting = Task { await loop.pause(for: .seconds(3600)) }
        let begun = Task { await loop.pause(for: .milliseconds(20)) }
        await begun.value
        waiting.cancel()
        await waiting.value
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await loop.pause(for: .seconds(3600))
        }
        await cancelled.value
        #expect(ContinuousClock.now - start < .seconds(600))
    }
}
