import CLinux
import Glibc
import Synchronization

/// What the loop's thread owns, and the turn it repeats.
///
/// Unchecked because the compiler cannot see the confinement: `inbox` is guarded by its lock, `thread` and `sleep` are
/// atomic, and everything else is touched by the loop's thread alone, which ``checkCurrent()`` proves at run time.
final class LoopCore: @unchecked Sendable {
    private let name: String
    private let inbox = JobInbox()
    private let thread = Atomic<UInt>(0)
    private let wakeDescriptor: Int32

    private var local: [LoopJob] = []
    private var running: [LoopJob] = []
    private var isStopping = false
    private var serialExecutor: UnownedSerialExecutor?
    private var taskExecutor: UnownedTaskExecutor?

    let descriptors: WatchedDescriptors
    var timers = TimerQueue()
    var endOfTurn: [@Sendable () -> Void] = []

    /// A turn runs at most this many jobs before it looks at the descriptors again, so that tasks which keep each
    /// other busy cannot starve a socket.
    private static let jobsPerTurn = 4096

    init(name: String) throws(EventLoopError) {
        self.name = name
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { throw EventLoopError(call: "eventfd", number: errno) }
        descriptors = try WatchedDescriptors()
    }

    deinit {
        close(wakeDescriptor)
    }

    func adopt(serial: UnownedSerialExecutor, task: UnownedTaskExecutor) {
        serialExecutor = serial
        taskExecutor = task
    }

    func start(stackSize: Int) throws(EventLoopError) {
        let descriptor = wakeDescriptor
        try descriptors.watch(descriptor, for: .readable) { _ in
            var count: UInt64 = 0
            _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        }
        // The thread keeps the core alive until it has left `run`.
        let retained = Unmanaged.passRetained(self)
        let code = linux_start_thread(
            stackSize,
            { context in
                guard let context else { return nil }
                Unmanaged<LoopCore>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw EventLoopError(call: "pthread_create", number: code)
        }
    }

    func stop() {
        enqueue(.stop)
    }

    var isCurrent: Bool { thread.load(ordering: .relaxed) == currentThread() }

    func checkCurrent() {
        precondition(isCurrent, "called off the event loop's thread")
    }

    func enqueue(_ job: LoopJob) {
        if isCurrent {
            local.append(job)
        } else if inbox.append(job) {
            wake()
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    private func run() {
        thread.store(currentThread(), ordering: .sequentiallyConsistent)
        linux_name_thread(name)
        while !isStopping {
            waitForEvents()
            fireTimers()
            runJobs()
            finishTurn()
        }
        thread.store(0, ordering: .sequentiallyConsistent)
    }

    private func waitForEvents() {
        if !local.isEmpty {
            descriptors.poll(timeout: .nanoseconds(0))
        } else if inbox.prepareToSleep() {
            descriptors.poll(timeout: timers.untilNext(now: monotonicNanoseconds()))
            inbox.woke()
        } else {
            descriptors.poll(timeout: .nanoseconds(0))
        }
    }

    private func fireTimers() {
        // What a body schedules for now waits for the next turn, so that the sockets get theirs.
        let now = monotonicNanoseconds()
        while let body = timers.takeDue(now: now) { body() }
    }

    private func runJobs() {
        var count = 0
        inbox.drain(into: &local)
        while !local.isEmpty, count < Self.jobsPerTurn {
            swap(&local, &running)
            for job in running { perform(job) }
            count += running.count
            running.removeAll(keepingCapacity: true)
            inbox.drain(into: &local)
        }
    }

    private func perform(_ job: LoopJob) {
        guard let serialExecutor, let taskExecutor else { return }
        switch job {
        case .isolated(let job): job.runSynchronously(isolatedTo: serialExecutor, taskExecutor: taskExecutor)
        case .task(let job): job.runSynchronously(on: taskExecutor)
        case .block(let body): body()
        case .stop: isStopping = true
        }
    }

    private func finishTurn() {
        guard !endOfTurn.isEmpty else { return }
        var hooks: [@Sendable () -> Void] = []
        swap(&hooks, &endOfTurn)
        for hook in hooks { hook() }
    }
}

private func currentThread() -> UInt { UInt(pthread_self()) }
