/// The serial executor of the actors on a loop.
///
/// It and ``LoopTaskExecutor`` are two objects on one queue: with a single object for both, nonisolated code is run as
/// if on the actor and every hop enqueues once more (measured: 9–10 jobs a message instead of 7).
final class LoopSerialExecutor: SerialExecutor {
    private let core: LoopCore

    init(core: LoopCore) {
        self.core = core
    }

    func enqueue(_ job: consuming ExecutorJob) {
        core.enqueue(.isolated(UnownedJob(job)))
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    func checkIsolated() {
        core.checkCurrent()
    }

    func isIsolatingCurrentContext() -> Bool? {
        core.isCurrent
    }
}

/// The executor of the tasks that run on a loop.
public final class LoopTaskExecutor: TaskExecutor {
    private let core: LoopCore

    init(core: LoopCore) {
        self.core = core
    }

    /// Queues a job of a task on the loop.
    public func enqueue(_ job: consuming ExecutorJob) {
        core.enqueue(.task(UnownedJob(job)))
    }
}
