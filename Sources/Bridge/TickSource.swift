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
            intake.delivery.measure(at: intake.now())
            _ = await intake.delivery.publish(tick(isLeaving: false))
            await loop.sleep(for: .seconds(configuration.tickInterval))
        }
    }

    /// The last tick of a bridge that stops in order: it is not waited for any more. While webhooks stand on disk, it
    /// must be waited for, until it is back.
    func sayGoodbye() async {
        guard !intake.delivery.isSpooling else { return }
        _ = await within(seconds: configuration.confirmTimeout, on: loop, otherwise: .unconfirmed("")) {
            await intake.delivery.publish(tick(isLeaving: true))
        }
    }

    private func tick(isLeaving: Bool) -> Event {
        let time = intake.settled(before: intake.now())
        var event = Event(
            id: "bridge/\(configuration.name)/\(formatRFC3339(time))\(isLeaving ? "/leaving" : "")",
            name: EventName(family: "bridge", name: "tick"), subject: configuration.name, time: time,
            message: MessageContext(account: "none"))
        event.details = ["bridge": configuration.name, "leaving": isLeaving ? "true" : "false"]
        return event
    }
}
