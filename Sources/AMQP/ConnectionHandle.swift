internal import CRabbitMQ

/// Owns one `amqp_connection_state_t` and frees it, which also closes the socket.
///
/// Unchecked because the compiler cannot see the hand-over: librabbitmq allows a connection to move between threads as
/// long as only one uses it at a time. The connecting thread lets go of it before the loop takes it, and from then on
/// the actor that holds it uses it on the loop alone.
final class ConnectionHandle: @unchecked Sendable {
    let state: amqp_connection_state_t

    init() throws(AMQPError) {
        guard let state = amqp_new_connection() else {
            throw AMQPError(.limit, "no memory for a connection")
        }
        self.state = state
    }

    deinit {
        amqp_destroy_connection(state)
    }
}
