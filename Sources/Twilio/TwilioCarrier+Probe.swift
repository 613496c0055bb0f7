import FoundationEssentials
import HTTPTransfer
public import Messaging

extension TwilioCarrier {
    /// Lists one message, which any key that may send may do.
    public func probe() async -> AccountProbe {
        let request = HTTPRequest(
            method: .get, url: url + "?PageSize=1", headers: [(name: "Accept", value: "application/json")],
            credentials: account.basicAuthentication, timeout: timeout, startLimit: startLimit)
        do {
            let response = try await transport.send(request)
            // Test credentials may not list, and the provider says so only once it has recognised them.
            let isTest = response.status == 403 && APIError.code(in: response.body) == Self.testCredentials
            if response.status == 200 || isTest {
                return .usable(serverTime: response.header("Date").flatMap(parseMailDate))
            }
            let outcome = CarrierOutcome(answer: response, table: .shipped, now: now())
            if case .refused(let refusal) = outcome, let error = refusal.error { return .refused(error) }
            return .unreachable("the provider answered \(response.status)")
        } catch {
            return .unreachable(error.description)
        }
    }
}
