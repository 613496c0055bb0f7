import Synchronization

/// One thing for the loop's thread to run.
enum LoopJob: Sendable {
    /// A job of an actor on this loop.
    case isolated(UnownedJob)
    /// A job of a task whose executor preference is this loop.
    case task(UnownedJob)
    case block(@Sendable () -> Void)
    case stop
}

/// Jobs from other threads, and whether the loop must be woken for them.
///
/// The loop declares that it will sleep and looks at the inbox once more under the lock; a producer appends under the
/// lock and then looks at the declaration. Whoever comes second sees the other, so no wake-up is lost, and no wake-up
/// is written while the loop is awake anyway.
final class JobInbox: Sendable {
    private struct State {
        var jobs: [LoopJob] = []
        var isAsleep = false
    }

    private let state = Mutex(State())
    private let hasJobs = Atomic<Bool>(false)

    /// Adds a job; true when the caller must wake the loop.
    func append(_ job: LoopJob) -> Bool {
        state.withLock { state in
            state.jobs.append(job)
            hasJobs.store(true, ordering: .releasing)
            let mustWake = state.isAsleep
            state.isAsleep = false
            return mustWake
        }
    }

    /// Moves what is there to the end of `jobs`, by replacing the array, never by clearing one that another thread saw.
    func drain(into jobs: inout [LoopJob]) {
        guard hasJobs.load(ordering: .acquiring) else { return }
        let taken = state.withLock { state in
            hasJobs.store(false, ordering: .relaxed)
            let taken = state.jobs
            state.jobs = []
            return taken
        }
        jobs.append(contentsOf: taken)
    }

    /// Declares sleep; false when there is work already.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            guard state.jobs.isEmpty else { return false }
            state.isAsleep = true
            return true
        }
    }

    func woke() {
        state.withLock { $0.isAsleep = false }
    }
}
