/// When the provider is asked for what no webhook told. All times in seconds.
public struct LookUpOptions: Sendable {
    /// Between two questions about messages of one account. The API limits how many run at once, which is one here.
    public var requestInterval = 0.05
    /// So many messages are taken to be asked about at once.
    public var batch = 20
    /// For so long nobody else asks about what was taken: longer than all of a batch can take.
    public var lease = 300.0
    /// Between two looks into the ledger when nothing was due.
    public var idleInterval = 30.0
    /// From the first look at a message to its second; each later wait is twice as long, and a day at most.
    public var secondLook = 3600.0
    /// A message that has no final status at the provider so long after it was taken will get none: the provider keeps a
    /// message queued for 36,000 s at most (`ValidityPeriod`), and carriers report within three days.
    public var patience = 345_600.0
    /// The first wait after a question that was not answered; it doubles up to ``longestPause``.
    public var firstPause = 1.0
    /// The longest such wait.
    public var longestPause = 600.0
    /// Between two comparisons of all messages from people with the provider's list.
    public var comparisonInterval = 86_400.0
    /// Between two questions to the ledger whether that time has come.
    public var comparisonCheck = 30.0
    /// How far back a comparison goes at most.
    public var longestWindow = 604_800.0
    /// A comparison goes back this much further than it must: webhooks and the list may disagree about an instant.
    public var windowMargin = 300.0
    /// A message that is younger may still be on its way to the ledger, and is left to the next daily comparison.
    public var settlingTime = 120.0
    /// The most pages that are read of a list.
    public var maximumPages = 1000
    /// For how long a list is read at most.
    public var longestListing = 600.0
    /// For how long ticks are held back while the list of an outage cannot be read: a provider that does not list must not
    /// stop promotional sending for ever.
    public var holdLimit = 60.0
    /// Refused webhooks lead to a comparison once in this time, since anybody may send what is refused.
    public var refusalInterval = 600.0

    /// The defaults, for the time after which the provider is asked about a message without a final status.
    public init(lostAfter: Double = 43_200) {
        // In proportion, where somebody has set a short time to try it.
        idleInterval = min(idleInterval, max(0.2, lostAfter / 10))
        secondLook = max(1, lostAfter / 12)
        patience = max(patience, 2 * lostAfter)
    }

    /// How long after its `looks`-th look a message is asked about again.
    func wait(afterLooks looks: Int) -> Double {
        min(86_400, secondLook * Double(1 << min(max(looks - 1, 0), 20)))
    }
}
