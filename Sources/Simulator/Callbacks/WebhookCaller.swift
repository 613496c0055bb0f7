import FoundationEssentials
import Twilio

/// Signs webhooks and delivers them, again where the URL's connection overrides ask for it.
struct WebhookCaller: Sendable {
    let transport: any WebhookTransport
    let environment: SimulationEnvironment

    /// What came of a webhook.
    struct Delivery: Sendable {
        var attempts: Int
        /// The last attempt's.
        var answer: WebhookAnswer
    }

    /// POSTs the fields as a form.
    ///
    /// All attempts carry the same idempotency token, which tells a retry from another request.
    func call(_ url: WebhookURL, fields: [FormFields.Field], authToken: String) async -> Delivery {
        let overrides = url.overrides
        let deadline = environment.now().addingTimeInterval(overrides.totalTimeout / .seconds(1))
        var post = WebhookPost(
            url: url.signed, credentials: url.credentials,
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("X-Twilio-Signature", WebhookSignature.sign(url: url.signed, params: fields, token: authToken)),
                ("I-Twilio-Idempotency-Token", environment.uuid()),
                ("User-Agent", "TwilioProxy/1.1"),
            ],
            body: formBody(fields), connectTimeout: overrides.connectTimeout, timeout: overrides.readTimeout)
        var attempts = 0
        while true {
            let left = Duration.seconds(deadline.timeIntervalSince(environment.now()))
            post.connectTimeout = min(overrides.connectTimeout, max(left, .milliseconds(1)))
            post.timeout = min(overrides.readTimeout, max(left, .milliseconds(1)))
            attempts += 1
            let answer = await transport.send(post)
            let mayRepeat = attempts <= overrides.retries && overrides.retries(after: answer) && !Task.isCancelled
            guard mayRepeat, environment.now() < deadline else { return Delivery(attempts: attempts, answer: answer) }
        }
    }
}
