import Logging
import Twilio

/// Look-ups that do not succeed are tried again after waits that grow. Says a trouble that lasts, and its end, once.
struct LookUpTrouble {
    private let what: String
    private let account: String
    private let options: LookUpOptions
    private let logger: Logger
    private var failures = 0

    init(_ what: String, account: String, options: LookUpOptions, logger: Logger) {
        self.what = what
        self.account = account
        self.options = options
        self.logger = logger
    }

    /// How long to wait after a failure, in seconds: as long as the provider asked, if that is longer.
    mutating func pause(after error: any Error) -> Double {
        if failures == 1 {
            logger.warning(
                "A look-up does not succeed and is tried again",
                metadata: ["look-up": "\(what)", "account": "\(account)", "reason": "\(error)"])
        }
        let pause = min(options.longestPause, options.firstPause * Double(1 << min(failures, 20)))
        failures += 1
        return max(pause, (error as? LookUpFailure)?.retryAfter ?? 0)
    }

    /// The last one succeeded.
    mutating func isOver() {
        if failures > 1 {
            logger.notice("The look-up succeeds again", metadata: ["look-up": "\(what)", "account": "\(account)"])
        }
        failures = 0
    }
}

/// Events that neither the broker nor the disk took.
struct NotDelivered: Error, CustomStringConvertible {
    let description: String
}
