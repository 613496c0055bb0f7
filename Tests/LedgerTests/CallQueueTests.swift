import Dispatch
import Synchronization
import Testing

@testable import Ledger

/// How calls become batches.
@Suite struct CallQueueTests {
    private let call = IdleCall()

    @Test func aFullBatchDoesNotWaitForItsWindow() {
        let queue = CallQueue(window: .seconds(3600), limit: 3)
        for _ in 0..<3 { #expect(queue.append(call)) }
        #expect(queue.next()?.count == 3)
    }

    @Test func whatWaitedWhileTheThreadWasBusyGoesTogether() {
        let queue = CallQueue(window: .zero, limit: 2)
        for _ in 0..<5 { _ = queue.append(call) }
        #expect(queue.next()?.count == 5)
    }

    @Test func theWindowEndsByItself() {
        let queue = CallQueue(window: .milliseconds(1), limit: 1000)
        _ = queue.append(call)
        #expect(queue.next()?.count == 1)
    }

    @Test func theCallThatFillsABatchWakesTheThread() {
        let queue = CallQueue(window: .seconds(3600), limit: 4)
        let taken = Mutex(0)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "taker").async {
            let count = queue.next()?.count ?? 0
            taken.withLock { $0 = count }
            done.signal()
        }
        for _ in 0..<4 { _ = queue.append(call) }
        #expect(done.wait(timeout: .now() + 30) == .success)
        #expect(taken.withLock { $0 } == 4)
    }

    @Test func aClosedQueueHandsOutWhatItHas() {
        let queue = CallQueue(window: .seconds(3600), limit: 1000)
        _ = queue.append(call)
        queue.close()
        #expect(!queue.append(call))
        #expect(queue.next()?.count == 1)
        #expect(queue.next() == nil)
    }

    @Test func closingWakesASleepingThread() {
        let queue = CallQueue(window: .seconds(3600), limit: 1000)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "taker").async {
            while queue.next() != nil {}
            done.signal()
        }
        _ = queue.append(call)
        queue.close()
        #expect(done.wait(timeout: .now() + 30) == .success)
    }

    @Test func nothingIsLostBetweenManyCallersAndTheThread() {
        let queue = CallQueue(window: .microseconds(50), limit: 16)
        let total = Mutex(0)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "taker").async {
            while let calls = queue.next() { total.withLock { $0 += calls.count } }
            done.signal()
        }
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<5_000 { _ = queue.append(IdleCall()) }
        }
        queue.close()
        #expect(done.wait(timeout: .now() + 60) == .success)
        #expect(total.withLock { $0 } == 20_000)
    }
}

private final class IdleCall: LedgerCall {
    func perform(on connection: LedgerConnection) {}
    func fail(_ error: LedgerError) {}
    func wake() {}
}
