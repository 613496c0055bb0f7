import Testing

@testable import Simulator

@Suite("Default opt-out handling") struct OptOutTests {
    @Test(
        "a keyword is the whole message, in any case",
        arguments: ["STOP", "stop", " Stop\n", "StopAll", "UNSUBSCRIBE", "end", "Quit", "cancel", "revoke", "OptOut"])
    func stop(_ body: String) { #expect(OptOutKeyword(body) == .stop) }

    @Test("START, YES and UNSTOP lift it; HELP and INFO ask", arguments: ["start", "YES", "unstop"])
    func start(_ body: String) {
        #expect(OptOutKeyword(body) == .start)
        #expect(OptOutKeyword("help") == .help)
        #expect(OptOutKeyword("Info") == .help)
    }

    @Test(
        "everything else is a message", arguments: ["", " ", "STOP please", "OPT OUT", "stop.", "STOP\u{301}", "ＳＴＯＰ"])
    func other(_ body: String) { #expect(OptOutKeyword(body) == nil) }

    @Test("covers one sender and one person, and never grows beyond its limit") func list() {
        var list = OptOutList(limit: 2)
        list.apply(.stop, person: to, program: from)
        #expect(list.contains(to, from))
        #expect(!list.contains(to, serviceSID))
        #expect(!list.contains("+1555", from))
        list.apply(.help, person: to, program: from)
        #expect(list.contains(to, from))
        list.apply(.start, person: to, program: from)
        #expect(!list.contains(to, from))
        for index in 0..<10 { list.apply(.stop, person: "+1555\(index)", program: from) }
        #expect((0..<10).filter { list.contains("+1555\($0)", from) }.count == 2)
        #expect(list.contains("+15559", from))
    }
}
