public import FoundationEssentials
public import Messaging

extension SendRequest {
    /// How far ahead `sendAt` may be, in seconds: 35 days, so that a message's id is remembered for longer than the
    /// message waits.
    public static let maximumAdvance = 35.0 * 86_400

    /// Refuses a message that would have to wait for longer than its id is remembered.
    ///
    /// - Throws: ``RequestProblem`` for `sendAt`.
    public func checkSchedule(now: Date) throws(RequestProblem) {
        guard let sendAt, sendAt > now.addingTimeInterval(Self.maximumAdvance) else { return }
        throw RequestProblem(field: "sendAt", problem: "is more than 35 days ahead")
    }
}
