import Foundation
import Journal
import Messaging
import Observability
import Testing
import Topics

@testable import Bridge

@Suite("The bridge's spool", .timeLimit(.minutes(5))) struct SpoolTests {
    private let begun = "The broker takes no events now; webhooks go to disk"
    private let ended = "The broker has every webhook that was on disk"

    @Test("a broker that is away: taken on disk, and published when it is back") func away() async throws {
        let bench = try await SpoolBench()
        bench.broker.set(.confirmsOnly(0))
        bench.startDraining()
        #expect(await bench.intake.take(Webhooks.status()) == .taken)
        #expect(await bench.intake.take(bench.inbound("Hello", sid: "b")) == .takenWithTwiML)
        #expect(bench.spool.status.records == 2)
        #expect(bench.broker.ids == [])
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(bench.broker.ids == ["\(Bench.message)/delivered", SpoolBench.message("b")])
        #expect(bench.spool.status == JournalStatus())
        #expect(bench.log.messages == [begun, ended])
        // Then without a detour.
        #expect(await bench.intake.take(Webhooks.status("read")) == .taken)
        #expect(bench.broker.events.map(\.id) == ["\(Bench.message)/read"])
        _ = await bench.stop()
    }

    @Test("a broker that does not confirm in time: on disk within the limit") func hangs() async throws {
        let bench = try await SpoolBench { $0.configuration.spoolAfter = 0.02 }
        bench.broker.set(.hangs)
        #expect(await bench.intake.take(Webhooks.status()) == .taken)
        #expect(bench.spool.status.records == 1)
        // The next does not wait for the broker at all.
        #expect(await bench.intake.take(Webhooks.status("read")) == .taken)
        #expect(bench.spool.status.records == 2)
        _ = await bench.stop()
    }

    @Test("neither the broker nor the disk in time: the provider is asked to come again") func tooLate() async throws {
        let bench = try await SpoolBench { $0.configuration.confirmTimeout = 0.05 }
        bench.broker.set(.hangs)
        let answer = await bench.intake.take(Webhooks.status())
        #expect(answer.status == 503 && answer.reason == "neither the broker nor the disk took it in time")
        _ = await bench.stop()
    }

    @Test("what waits for the broker when spooling begins goes to disk in its order, before what comes later")
    func orderAtTheBeginning() async throws {
        let bench = try await SpoolBench()
        bench.broker.set(.hangs)
        async let stop = bench.intake.take(bench.inbound("STOP", sid: "1"))
        await bench.broker.waitUntilHanging(1)
        async let hello = bench.intake.take(bench.inbound("Hello", sid: "2"))
        await bench.broker.waitUntilHanging(2)
        bench.broker.set(.confirmsOnly(0))
        #expect(await bench.intake.take(bench.inbound("START", sid: "3")) == .takenWithTwiML)
        // Nobody has waited for their own limit.
        #expect(await stop == .takenWithTwiML)
        #expect(await hello == .takenWithTwiML)
        #expect(bench.spool.status.records == 3)
        // What hung is let go, and does not go on behind what came later.
        bench.broker.set(.confirms)
        bench.broker.release()
        bench.startDraining()
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(
            bench.broker.ids == [
                "\(SpoolBench.sid("1"))/consent.revoked", SpoolBench.message("1"), SpoolBench.message("2"),
                "\(SpoolBench.sid("3"))/consent.granted", SpoolBench.message("3"),
            ])
        _ = await bench.stop()
    }

    @Test("STOP, then START while the spool is being emptied: START does not pass") func stopThenStart() async throws {
        let bench = try await SpoolBench()
        bench.broker.set(.confirmsOnly(0))
        #expect(await bench.intake.take(bench.inbound("STOP", sid: "1")).status == 200)
        bench.broker.set(.hangs)
        bench.startDraining()
        bench.bench.signal.wake()
        await bench.broker.waitUntilHanging(1)
        #expect(await bench.intake.take(bench.inbound("START", sid: "2")).status == 200)
        #expect(bench.spool.status.records == 2)
        bench.broker.set(.confirms)
        bench.broker.release()
        // What hung came too late and is offered again.
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(
            bench.broker.ids.suffix(4) == [
                "\(SpoolBench.sid("1"))/consent.revoked", SpoolBench.message("1"),
                "\(SpoolBench.sid("2"))/consent.granted", SpoolBench.message("2"),
            ])
        _ = await bench.stop()
    }

    @Test("a refusal in the middle: what was confirmed is removed, the rest is offered again in order")
    func refusedInTheMiddle() async throws {
        let bench = try await SpoolBench()
        bench.broker.set(.confirmsOnly(0))
        for sid in ["1", "2", "3"] as [Character] { _ = await bench.intake.take(bench.inbound("Hi", sid: sid)) }
        bench.broker.set(.confirmsOnly(1))
        let refused = bench.broker.refusals
        bench.startDraining()
        bench.bench.signal.wake()
        // One of three is confirmed.
        await bench.broker.waitForRefusals(refused + 2)
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(bench.broker.ids == ["1", "2", "3"].map { SpoolBench.message($0) })
        // After a refusal one by one at first.
        #expect(bench.broker.batches == [3, 1, 1])
        _ = await bench.stop()
    }

    @Test("a crash and a restart: everything that was answered is published, and nothing passes it")
    func restart() async throws {
        let first = try await SpoolBench()
        first.broker.set(.confirmsOnly(0))
        for sid in ["1", "2"] as [Character] { _ = await first.intake.take(first.inbound("Hi", sid: sid)) }
        let folder = try first.crashedCopy()
        let second = try await SpoolBench(folder: folder)
        #expect(second.intake.delivery.isSpooling)
        #expect(await second.intake.take(second.inbound("Hi", sid: "3")).status == 200)
        #expect(second.broker.ids == [])
        second.startDraining()
        await second.log.wait(for: ended)
        #expect(second.broker.ids == ["1", "2", "3"].map { SpoolBench.message($0) })
        #expect(second.log.messages == ["Webhooks of an earlier run are on disk, and go to the broker first", ended])
        _ = await first.stop()
        _ = await second.stop()
    }

    @Test("a stop with a spool that is not empty keeps it, and says no goodbye") func stop() async throws {
        let first = try await SpoolBench()
        first.broker.set(.confirmsOnly(0))
        _ = await first.intake.take(first.inbound("STOP", sid: "1"))
        first.broker.set(.confirms)
        await TickSource(configuration: first.bench.configuration, intake: first.intake, loop: first.bench.loop)
            .sayGoodbye()
        #expect(first.broker.ids == [])
        let second = try await SpoolBench(folder: await first.stop())
        second.startDraining()
        await second.log.wait(for: ended)
        #expect(second.broker.ids.count == 2)
        await TickSource(configuration: second.bench.configuration, intake: second.intake, loop: second.bench.loop)
            .sayGoodbye()
        #expect(second.broker.events.map { "\($0.name)" } == ["bridge.tick"])
        _ = await second.stop()
    }

    @Test("a broker that takes it after some attempts: what is left is offered again without anybody's word")
    func retries() async throws {
        let bench = try await SpoolBench { $0.configuration.spoolRetryInterval = 0.001 }
        bench.broker.set(.confirmsOnly(0))
        for sid in ["1", "2", "3"] as [Character] { _ = await bench.intake.take(bench.inbound("Hi", sid: sid)) }
        bench.startDraining()
        // Some attempts, each of one webhook, that nobody but the timer has begun.
        await bench.broker.waitForBatches(4)
        bench.broker.set(.confirms)
        await bench.log.wait(for: ended)
        #expect(bench.broker.ids == ["1", "2", "3"].map { SpoolBench.message($0) })
        #expect(bench.broker.batches.dropFirst().prefix(3) == [1, 1, 1])
        _ = await bench.stop()
    }

    @Test("many webhooks at once, while the broker goes and comes: each is there, in the order of its sender")
    func many() async throws {
        let bench = try await SpoolBench { $0.configuration.spoolRetryInterval = 0.001 }
        bench.startDraining()
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<40 {
                        // From the first sender alone, so that it is somewhere in the middle for the others.
                        if sender == 0 {
                            bench.broker.set(number % 10 < 5 ? .confirmsOnly(number % 3) : .confirms)
                        }
                        let sid = "SM" + String(repeating: "0", count: 28) + "\(sender)" + "\(100 + number)"
                        let answer = await bench.intake.take(
                            Webhooks.inbound("Hi", changing: ["MessageSid": sid]))
                        #expect(answer == .takenWithTwiML)
                    }
                }
            }
        }
        bench.brokerIsBack()
        // It comes behind everything else, wherever that stands.
        #expect(await bench.intake.take(bench.inbound("Hi", sid: "f")) == .takenWithTwiML)
        await bench.broker.waitForEvent(SpoolBench.message("f"))
        var seen: Set<String> = []
        let firsts = bench.broker.ids.filter { seen.insert($0).inserted && $0 != SpoolBench.message("f") }
        #expect(firsts.count == 8 * 40)
        for sender in 0..<8 {
            let own = firsts.filter { $0.dropFirst(30).prefix(1) == "\(sender)" }
            #expect(own == own.sorted() && own.count == 40)
        }
        _ = await bench.stop()
    }

    @Test("full: 503, until there is room") func full() async throws {
        let bench = try await SpoolBench(maximumBytes: 5000)
        bench.broker.set(.confirmsOnly(0))
        var taken = 0
        while await bench.intake.take(Webhooks.status()) == .taken { taken += 1 }
        #expect(taken > 0 && bench.spool.status.records == taken && bench.spool.status.bytes <= 5000)
        let answer = await bench.intake.take(Webhooks.status())
        #expect(answer.status == 503 && answer.reason == "the journal is full")
        #expect(
            bench.intake.delivery.readiness(connection: "no connection to the broker", now: bench.now)
                == .notReady("no connection to the broker, and the journal is full"))
        bench.startDraining()
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(bench.broker.ids.count == taken)
        #expect(await bench.intake.take(Webhooks.status()) == .taken)
        _ = await bench.stop()
    }

    @Test("a disk that fails: 503, and the broker is asked again") func brokenDisk() async throws {
        let bench = try await SpoolBench()
        await bench.spool.close()
        bench.broker.set(.confirmsOnly(0))
        let answer = await bench.intake.take(Webhooks.status())
        #expect(answer.status == 503 && answer.reason == "the journal was closed")
        bench.broker.set(.confirms)
        #expect(bench.intake.delivery.endSpoolingIfEmpty())
        #expect(await bench.intake.take(Webhooks.status()) == .taken)
        // Nothing went to disk, so nothing is said of it.
        #expect(bench.log.messages == [])
    }

    @Test("what another version wrote is left out, said, and its file kept") func otherVersion() async throws {
        let bench = try await SpoolBench()
        await withCheckedContinuation { continuation in
            _ = bench.spool.append(stamp: 1, payload: { [9] }, completion: { _ in continuation.resume() })
        }
        bench.broker.set(.confirmsOnly(0))
        _ = await bench.intake.take(bench.inbound("Hi", sid: "1"))
        bench.startDraining()
        bench.brokerIsBack()
        await bench.log.wait(for: ended)
        #expect(bench.broker.ids == [SpoolBench.message("1")])
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(files.count == 1 && files[0].hasSuffix(".damaged"))
        _ = await bench.stop()
    }

    @Test("ticks stand before the oldest webhook on disk, also after a restart") func ticks() async throws {
        let first = try await SpoolBench()
        first.broker.set(.confirmsOnly(0))
        let received = first.now
        _ = await first.intake.take(first.inbound("STOP", sid: "1"))
        first.bench.clock.advance(by: 5)
        _ = await first.intake.take(first.inbound("Hi", sid: "2"))
        first.bench.clock.advance(by: 5)
        #expect(first.intake.settled(before: first.now) == received)
        let second = try await SpoolBench(folder: try first.crashedCopy())
        second.bench.clock.advance(by: 60)
        #expect(second.intake.settled(before: second.now) == received)
        second.startDraining()
        await second.log.wait(for: ended)
        #expect(second.intake.settled(before: second.now) == second.now)
        _ = await first.stop()
        _ = await second.stop()
    }

    @Test("readiness tells what waits, and without a disk a broker that is away is no readiness") func readiness()
        async throws
    {
        let bench = try await SpoolBench()
        let delivery = bench.intake.delivery
        #expect(delivery.readiness(connection: nil, now: bench.now) == .ready)
        #expect(
            delivery.readiness(connection: "no connection to the broker", now: bench.now)
                == .degraded("no connection to the broker"))
        bench.broker.set(.confirmsOnly(0))
        _ = await bench.intake.take(Webhooks.status())
        bench.bench.clock.advance(by: 7)
        let bytes = bench.spool.status.bytes
        #expect(
            delivery.readiness(connection: nil, now: bench.now)
                == .degraded("1 webhooks (\(bytes) bytes) wait on disk, the oldest for 7 s"))
        #expect(
            bench.bench.delivery(spool: nil).readiness(connection: "no connection to the broker", now: bench.now)
                == .notReady("no connection to the broker, and there is no place on disk"))
        _ = await bench.stop()
    }
}
