import FoundationEssentials
import Testing

@testable import Simulator

@Suite("The message store") struct MessageStoreTests {
    private func message(_ number: Int, person: String = to) -> SimulatedMessage {
        SimulatedMessage(
            number: number, sid: "SM\(number)", accountSID: accountSID, direction: .outboundAPI, to: person, from: from,
            serviceSID: nil, body: "\(number)", media: [], contentSID: nil, statusCallback: nil, sendAt: nil,
            outcome: .delivered,
            state: .queued, createdAt: ScriptedTime.start, updatedAt: ScriptedTime.start)
    }

    @Test("forgets the oldest, wholly") func bound() {
        var store = MessageStore(limit: 3)
        for number in 0..<10 { store.insert(message(number, person: number < 5 ? "+1555000" : to)) }
        #expect(store.newestFirst().map(\.number) == [9, 8, 7])
        #expect(store["SM6"] == nil)
        #expect(store["SM7"]?.body == "7")
        #expect(store.people() == [to])
        #expect(store.messages(of: "+1555000", last: 10).isEmpty)
    }

    @Test("a removed message leaves no gap that hides others") func removal() throws {
        var store = MessageStore(limit: 3)
        for number in 0..<3 { store.insert(message(number)) }
        store.remove(try #require(store["SM1"]))
        #expect(store.newestFirst().map(\.number) == [2, 0])
        #expect(store.newestFirst(after: "SM2").map(\.number) == [0])
        store.insert(message(3))
        store.insert(message(4))
        #expect(store.newestFirst().map(\.number) == [4, 3, 2])
    }

    @Test("numbers go on after everything was forgotten") func wipe() {
        var store = MessageStore(limit: 3)
        for number in 0..<3 { store.insert(message(number)) }
        store.removeAll()
        #expect(store.next == 3)
        #expect(Array(store.newestFirst()).isEmpty)
        store.insert(message(3))
        #expect(store.newestFirst().map(\.number) == [3])
    }

    @Test("people come in the order of what was last said") func people() {
        var store = MessageStore(limit: 10)
        for (number, person) in ["+1555001", "+1555002", "+1555003", "+1555001"].enumerated() {
            store.insert(message(number, person: person))
        }
        #expect(store.people() == ["+1555001", "+1555003", "+1555002"])
        #expect(store.people(matching: "003") == ["+1555003"])
    }
}
