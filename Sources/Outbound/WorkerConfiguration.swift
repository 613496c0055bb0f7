/// How a worker works.
public struct WorkerConfiguration: Sendable {
    /// The worker's id in the ledger; unique for each start, since an attempt belongs to one life of one worker.
    public var id: String
    /// How many messages are worked on at once.
    public var slots = 256
    /// How many of the slots promotional messages never take. These decide how long a transactional message waits
    /// under a backlog: p99 2 ms with two, 12–16 ms with none (measured).
    public var reservedSlots = 2
    /// How many slots promotional messages get even when transactional ones would fill all; 0 is strict order.
    public var promotionalFloor = 0
    /// Whether the broker must vouch for the app (`user_id`); only development may do without.
    public var requiresUserID = true
    /// The only recipients that may be called; nil allows all. Staging sets it.
    public var allowedRecipients: Set<String>?
    /// Seconds from asking for an attempt to the call, by this worker's clock; the call may wait 2 s more for a connection.
    public var attemptWindow = 3.0
    /// Seconds that a call to the provider may take.
    public var callTimeout = 30.0
    /// Seconds before an unknown outcome is looked up at the provider.
    public var inDoubtGrace = 30.0
    /// Seconds after which an unknown outcome is given up, when the provider's list cannot tell.
    public var lookUpLimit = 3600.0
    /// Whether a transactional message that the provider certainly did not take is offered again.
    public var resendsWhatIsAbsent = true
    /// How many calls a message gets when the provider keeps saying "later".
    public var maximumAttempts = 8
    /// Seconds for which a message may wait to be sent, since it was first taken or its `sendAt`; then it is dropped.
    public var maximumAge = 72 * 3600.0
    /// How often the broker redelivers a message before it gives it up by itself, without an event: the delivery limit
    /// of the policies of `send.<class>`. The worker gives up a little earlier.
    public var deliveryLimit = 200
    /// Seconds for which a message may stay unacknowledged.
    public var maximumHold = 240.0
    /// Seconds that a stop waits for what is in flight; nil is what a call may take, and 15 for what comes of it.
    public var drainLimit: Double?

    /// The defaults, for a worker of the given id.
    public init(id: String) {
        self.id = id
    }

    /// Seconds that a stop waits for what is in flight.
    var drainTimeout: Double { drainLimit ?? callTimeout + 15 }

    /// Seconds after which an attempt of a worker that says nothing more counts as unknown: the window, the call and a
    /// margin for slow clocks and commits.
    var attemptLifetime: Double { attemptWindow + callTimeout + 10 }
}
