import EventLoop
import FoundationEssentials
import Messaging
import Topics

/// Says every two seconds, through the same path as the bridge's other events, up to when everything that it received
/// is on the broker. Promotional sending stops by itself when these cease.
struct TickSource: Sendable {
    let configuration: BridgeConfiguration
    let intake: WebhookIntake
    let loop: EventLoop

    /// Ticks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = intake.now()
            intake.delivery.measure(at: now)
            intake.outages.measure(at: now)
            if let time = time(at: now) { _ = await intake.delivery.publish(tick(time, isLeaving: false)) }
            await loop.sleep(for: .seconds(configuration.tickInterval))
        }
    }

    /// The last tick of a bridge that stops in order: it is not waited for any more. While webhooks stand on disk, or an
    /// outage is not compared, it must be waited for, until it is back.
    func sayGoodbye() async {
        let now = intake.now()
        guard !intake.delivery.isSpooling, intake.outages.hold(at: now) == .free else { return }
        let goodbye = tick(intake.settled(before: now), isLeaving: true)
        _ = await within(seconds: configuration.confirmTimeout, on: loop, otherwise: .unconfirmed("")) {
            await intake.delivery.publish(goodbye)
        }
    }

    /// Up to when everything is known; nil where that cannot be said yet.
    private func time(at now: Date) -> Date? {
        let settled = intake.settled(before: now)
        return switch intake.outages.hold(at: now) {
        case .free: settled
        case .until(let start): min(settled, start)
        case .unknown: nil
        }
    }

    private func tick(_ time: Date, isLeaving: Bool) -> Event {
        var event = Event(
            id: "bridge/\(configuration.name)/\(formatRFC3339(time))\(isLeaving ? "/leaving" : "")",
            name: EventName(family: "bridge", name: "tick"), subject: configuration.name, time: time,
            message: MessageContext(account: "none"))
        event.details = ["bridge": configuration.name, "leaving": isLeaving ? "true" : "false"]
        return event
    }
}
