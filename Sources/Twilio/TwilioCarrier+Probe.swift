public import FoundationEssentials
import HTTPTransfer
public import Messaging

extension TwilioCarrier {
    /// What a look at the account shows, without sending anything.
    public enum Probe: Sendable, Equatable {
        /// The provider answers and takes the credentials; its clock, where it told.
        case usable(serverTime: Date?)
        /// The provider answers with no, and why.
        case refused(ProviderError)
        /// It does not answer; why, without secrets.
        case unreachable(String)
    }

    /// Lists one message, which any key that may send may do.
    public func probe() async -> Probe {
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
