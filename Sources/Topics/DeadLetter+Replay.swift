public import AMQP
public import FoundationEssentials
public import Messaging

/// Why a message cannot be given back to the workers; it stays where it is.
public struct ReplayRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// In words, without anything of the message.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension DeadLetter {
    /// The message as it is given back to the workers: under its own id, app and trace, and otherwise as if it had never
    /// been tried. Nothing that the broker, the worker or anybody else wrote on it is carried along: a stale `x-death`
    /// would make the broker withhold it at its next expiry, CC and BCC would copy it, `expiration` would drop it.
    ///
    /// - Parameters:
    ///   - chosen: the class for a message whose own key names none; it changes nothing for others.
    ///   - now: from when on it counts as first seen.
    /// - Throws: ``ReplayRefusal`` when nobody vouches for the app, or the message is not whole.
    public func replay(
        as chosen: MessageClass? = nil, at now: Date
    ) throws(ReplayRefusal) -> Publication {
        guard reason != Self.copy else {
            throw ReplayRefusal("a copy made by CC or BCC; the original went its own way")
        }
        if case .bodyTooLarge = problem { throw ReplayRefusal("the body is too large to be read") }
        guard let app = message.properties.userID else {
            throw ReplayRefusal("user_id is missing: the broker vouches for no app")
        }
        guard isRoutingWord(app) else { throw ReplayRefusal("user_id is not the name of an app") }
        if let words = origin?.words, words.app != app {
            throw ReplayRefusal("the routing key names another app than user_id")
        }
        if let writtenApp, writtenApp != app {
            throw ReplayRefusal("sb-app names another app than user_id")
        }
        guard let purpose else {
            throw ReplayRefusal("the purpose is not known: no routing key <class>.<app>.<purpose>")
        }
        guard let messageClass = messageClass ?? chosen else {
            throw ReplayRefusal("the routing key names no class; choose one with --as-class")
        }
        let progress = ProgressHeaders(
            app: app, purpose: purpose, attempts: 0, firstAt: now, reason: ProgressHeaders.replay)
        return Publication(
            Message(properties: progress.properties(republishing: message.properties), body: message.body),
            to: Exchange.requeue, routingKey: messageClass.rawValue)
    }
}
