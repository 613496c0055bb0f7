/// A channel in confirm mode. Not `Sendable`: it belongs to the publisher's actor.
final class ConfirmChannel {
    enum State {
        /// Waits for `channel.open-ok`, then for `confirm.select-ok`.
        case opening
        case ready
        /// A newer channel has taken over; it closes when the last confirm is there.
        case draining
        /// Waits for `channel.close-ok`.
        case closing
    }

    let number: UInt16
    var state = State.opening
    var unconfirmed = UnconfirmedPublishes<PublishTicket>()
    var returns: ContentAssembler<InboundMethod.ReturnedMethod>
    var refusals = RefusalWatch()

    init(number: UInt16, maximumBodySize: Int) {
        self.number = number
        returns = ContentAssembler(maximumBodySize: maximumBodySize)
    }
}
