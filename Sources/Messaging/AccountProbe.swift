public import FoundationEssentials

/// What a look at a provider account shows, without sending anything.
public enum AccountProbe: Sendable, Equatable {
    /// The provider answers and takes the credentials; its clock, where it told.
    case usable(serverTime: Date?)
    /// The provider answers with no, and why.
    case refused(ProviderError)
    /// It does not answer; why, without secrets.
    case unreachable(String)
}
