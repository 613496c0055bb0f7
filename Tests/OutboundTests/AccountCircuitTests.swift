import FoundationEssentials
import Messaging
import Testing

@testable import Outbound

@Suite("An account's circuit") struct AccountCircuitTests {
    private let start = Date(timeIntervalSince1970: 0)
    private let refused = providerError(20003)

    /// A circuit and a clock, moved by hand.
    private final class Stand {
        var circuit = AccountCircuit(account: "a")
        var elapsed = 0.0
        var jitter = 0.0

        func end(
            _ answer: AccountCircuit.Answer, epoch: Int? = nil, began: Double? = nil
        ) -> AccountCircuit.Change? {
            circuit.ended(
                answer, epoch: epoch ?? circuit.epoch, began: began ?? elapsed,
                now: Date(timeIntervalSince1970: elapsed), elapsed: elapsed,
                jitter: jitter)
        }

        func look(_ probe: AccountProbe) -> AccountCircuit.Change? {
            circuit.looked(probe, epoch: circuit.epoch, elapsed: elapsed, jitter: jitter)
        }

        func verdict() -> AccountCircuits.Verdict { circuit.verdict(elapsed: elapsed) }

        var isMay: Bool {
            if case .may = verdict() { true } else { false }
        }
    }

    private func wait(_ change: AccountCircuit.Change?) -> Double? {
        switch change {
        case .paused(_, let wait), .stillPaused(let wait): wait
        default: nil
        }
    }

    @Test("a refusal of the account opens it at once") func refusal() {
        let stand = Stand()
        let pause = AccountPause(account: "a", since: start, cause: .refused(refused))
        #expect(stand.end(.refused(refused)) == .paused(pause, wait: 30))
        #expect(stand.verdict() == .paused(seconds: 30))
        #expect(stand.circuit.pause == pause)
    }

    @Test("five calls in a row without an answer open it, and any answer begins the count anew") func run() {
        let stand = Stand()
        for _ in 0..<4 { #expect(stand.end(.unanswered("no connection")) == nil) }
        #expect(stand.end(.dealtWith) == nil)
        for _ in 0..<4 { #expect(stand.end(.unanswered("no connection")) == nil) }
        #expect(stand.isMay)
        #expect(wait(stand.end(.unanswered("no connection"))) == 2)
        #expect(stand.circuit.pause?.reason == "the provider does not answer: no connection")
        #expect(stand.verdict() == .paused(seconds: 2))
    }

    @Test("a call that hangs says nothing where a later one was answered, and does where none was") func hanging() {
        let stand = Stand()
        stand.elapsed = 33
        #expect(stand.end(.dealtWith, began: 2) == nil)
        for _ in 0..<20 { #expect(stand.end(.unanswered("too late"), began: 1) == nil) }
        for _ in 0..<4 { #expect(stand.end(.unanswered("too late"), began: 3) == nil) }
        #expect(wait(stand.end(.unanswered("too late"), began: 3)) == 2)
        _ = stand.look(.usable(serverTime: nil))
        #expect(stand.isMay)
        #expect(stand.end(.dealtWith, began: 33) == nil)
        #expect(stand.end(.unanswered("too late"), began: 32) == nil)
        #expect(stand.isMay)
    }

    @Test("a provider that fails a part of the calls at once is not away; one that fails most is") func fastFailures() {
        let stand = Stand()
        for _ in 0..<11 { #expect(stand.end(.dealtWith) == nil) }
        for _ in 0..<100 {
            // Those that fail end in clumps, while the others are on their way.
            for _ in 0..<9 { #expect(stand.end(.unanswered("reset")) == nil) }
            for _ in 0..<11 { #expect(stand.end(.dealtWith) == nil) }
        }
        for _ in 0..<14 { #expect(stand.end(.unanswered("reset")) == nil) }
        #expect(wait(stand.end(.unanswered("reset"))) == 2)
    }

    @Test("a provider that answers a part of a trial is tried again soon") func partOfATrial() {
        let stand = Stand()
        for _ in 0..<5 { _ = stand.end(.unanswered("x")) }
        #expect(wait(stand.look(.unreachable("x"))) == 4)
        #expect(wait(stand.look(.unreachable("x"))) == 8)
        _ = stand.look(.usable(serverTime: nil))
        #expect(stand.end(.dealtWith) == nil)
        #expect(wait(stand.end(.unanswered("x"))) == 2)
    }

    @Test("calls that were on their way when it opened say nothing more") func lateAnswers() {
        let stand = Stand()
        let epoch = stand.circuit.epoch
        _ = stand.end(.refused(refused))
        #expect(stand.end(.dealtWith, epoch: epoch) == nil)
        #expect(stand.end(.refused(refused), epoch: epoch) == nil)
        _ = stand.look(.usable(serverTime: nil))
        #expect(stand.end(.unanswered("late"), epoch: epoch) == nil)
        #expect(stand.isMay)
    }

    @Test(
        "looks that fail double the wait, up to its limit, and stretch it at random",
        arguments: [
            (false, [30, 60, 120, 240, 480, 600, 600]), (true, [2, 4, 8, 16, 32, 60, 60]),
        ] as [(Bool, [Double])])
    func growing(isAway: Bool, expected: [Double]) {
        for jitter in [0.0, 1.0] {
            let stand = Stand()
            stand.jitter = jitter
            var waits: [Double?] = []
            if isAway {
                for _ in 0..<4 { _ = stand.end(.unanswered("x")) }
                waits.append(wait(stand.end(.unanswered("x"))))
            } else {
                waits.append(wait(stand.end(.refused(refused))))
            }
            for _ in 1..<expected.count { waits.append(wait(stand.look(.unreachable("x")))) }
            #expect(waits == expected.map { $0 * (1 + jitter / 2) })
        }
    }

    @Test("a message waits longer the longer the pause lasts, so that a backlog does not come by at every look")
    func backlog() {
        let stand = Stand()
        for _ in 0..<5 { _ = stand.end(.unanswered("x")) }
        stand.elapsed = 100
        _ = stand.look(.unreachable("x"))
        #expect(stand.verdict() == .paused(seconds: 50))
        stand.elapsed = 100_000
        #expect(stand.verdict() == .paused(seconds: 600))
    }

    @Test("a look that works lets one message through, then three, then all") func trial() {
        let stand = Stand()
        _ = stand.end(.refused(refused))
        #expect(stand.look(.usable(serverTime: nil)) == .onTrial)
        #expect(stand.circuit.pause?.isOnTrial == true)
        #expect(stand.isMay)
        #expect(stand.verdict() == .crowded)
        #expect(stand.end(.dealtWith) == nil)
        #expect(stand.isMay && stand.isMay)
        #expect(stand.verdict() == .crowded)
        for _ in 0..<6 { #expect(stand.end(.dealtWith) == nil) }
        guard case .resumed(let pause) = stand.end(.dealtWith) else {
            Issue.record("it is not closed")
            return
        }
        #expect(pause.since == start)
        #expect(stand.circuit.pause == nil)
        for _ in 0..<100 { #expect(stand.isMay) }
    }

    @Test("a trial that fails is the same pause, and its waits go on growing") func failedTrial() {
        let stand = Stand()
        _ = stand.end(.refused(refused))
        _ = stand.look(.usable(serverTime: nil))
        stand.elapsed = 30
        #expect(stand.end(.refused(refused)) == .stillPaused(wait: 60))
        #expect(stand.circuit.pause == AccountPause(account: "a", since: start, cause: .refused(refused)))
        // One call without an answer is enough on trial; the cause is what is known last.
        _ = stand.look(.usable(serverTime: nil))
        #expect(wait(stand.end(.unanswered("too late"))) == 60)
        #expect(stand.circuit.pause?.reason == "the provider does not answer: too late")
    }

    @Test("a permit that came to nothing is given again after a while") func lostPermit() {
        let stand = Stand()
        _ = stand.end(.refused(refused))
        _ = stand.look(.usable(serverTime: nil))
        #expect(stand.isMay)
        stand.elapsed = 4.9
        #expect(stand.verdict() == .crowded)
        stand.elapsed = 5
        #expect(stand.isMay)
        #expect(stand.verdict() == .crowded)
    }

    @Test("a trial without a message ends well") func quiet() {
        let stand = Stand()
        _ = stand.end(.refused(refused))
        _ = stand.look(.usable(serverTime: nil))
        let epoch = stand.circuit.epoch
        guard case .resumed = stand.circuit.stayedQuiet(epoch: epoch) else {
            Issue.record("it is not closed")
            return
        }
        #expect(stand.circuit.stayedQuiet(epoch: epoch) == nil)
        #expect(stand.isMay)
    }

    @Test("a provider that answers with a no is there again: the messages find out the rest") func refusedLook() {
        let stand = Stand()
        for _ in 0..<5 { _ = stand.end(.unanswered("x")) }
        #expect(stand.look(.refused(refused)) == .onTrial)
    }

    @Test("a key that may not list is found out by a message at every third look") func keyThatMayNotList() {
        let stand = Stand()
        _ = stand.end(.refused(refused))
        #expect(wait(stand.look(.refused(refused))) == 60)
        #expect(wait(stand.look(.refused(refused))) == 120)
        #expect(stand.look(.refused(refused)) == .onTrial)
        #expect(wait(stand.end(.refused(refused))) == 240)
        #expect(wait(stand.look(.refused(refused))) == 480)
    }

    @Test("what is found about the provider opens only what is closed") func foundAway() {
        let stand = Stand()
        #expect(wait(stand.circuit.foundAway("x", now: start, elapsed: 0, jitter: 0)) == 2)
        #expect(stand.circuit.foundAway("x", now: start, elapsed: 0, jitter: 0) == nil)
    }

    @Test("how much may be taken follows from all accounts") func flow() {
        let clock = ManualClock()
        let circuits = AccountCircuits(accounts: ["a", "b"], clock: clock.worker)
        func refuse(_ account: String) {
            guard case .may(let permit) = circuits.verdict(account) else { return }
            circuits.ended(permit, .refused(refused), began: 0)
        }
        #expect(circuits.flow == .all)
        refuse("a")
        #expect(circuits.flow == .all)
        #expect(circuits.working == ["b"])
        refuse("b")
        #expect(circuits.flow == .nothing)
        #expect(circuits.pauses.map(\.account) == ["a", "b"])
        circuits.looked("b", .usable(serverTime: nil), epoch: 1)
        #expect(circuits.flow == .trial)
        circuits.stayedQuiet("b", epoch: 2)
        #expect(circuits.flow == .all)
        #expect(AccountCircuits(accounts: [], clock: clock.worker).flow == .all)
    }
}
