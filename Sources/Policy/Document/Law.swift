import Messaging

/// What a jurisdiction, or an operator for some of the messages, asks of messages.
struct Law: Sendable {
    /// A restriction that is either there or not.
    struct Restriction: Sendable {
        let effect: Effect
        let kinds: MessageKinds
        let reference: String?
    }

    /// Messages of these kinds are sent in open hours only.
    struct QuietHours: Sendable {
        let hours: OpenHours
        let kinds: MessageKinds
        let reference: String?
        /// `quiet-hours.us-fl`.
        let rule: String
    }

    /// At most so many messages to one person.
    struct Cap: Sendable {
        let limit: Int
        /// Which messages: of these kinds, in any so many hours, and with how much in common.
        let count: TrafficQuestion.Count
        let reference: String?
        /// `cap.us-fl`, or `cap.us-fl.weekly` where a law has several.
        let rule: String

        func counts(_ kind: MessageKind) -> Bool { MessageKinds(rawValue: count.kinds).contains(kind) }

        /// Whether it counts all messages of its kinds in 24 hours.
        var isDaily: Bool { count.seconds == 86_400 && count.scope.isEmpty }
    }

    /// Words of a category of ``PolicyDocument`` are not sent.
    struct ForbiddenCategory: Sendable {
        let category: String
        let effect: Effect
    }

    /// In rule names: `us-fl`, or the name of an overlay.
    let name: String
    /// Of what `world` asks beside a country's own laws: which country's.
    var country: String?
    var quietHours: QuietHours?
    /// Messages of these kinds need a person's consent; the effect is what its absence does.
    var consent: Restriction?
    var caps: [Cap]?
    /// Messages of these kinds say how to stop them.
    var optOutInstruction: Restriction?
    var forbidden: [ForbiddenCategory] = []
    /// Links through public shorteners.
    var linkShorteners: Restriction?
    /// Any link.
    var links: Restriction?
    /// On WhatsApp.
    var whatsApp: Restriction?
    /// Kinds that an opt-out does not end.
    var optOutExempt: MessageKinds?

    init(name: String) {
        self.name = name
    }

    /// Takes from another law what this one does not say, unless others of the same recipient say it.
    func completing(_ others: [Law]) -> Law? {
        var rest = Law(name: name)
        var isEmpty = true
        func take<Part>(_ part: WritableKeyPath<Law, Part?>) {
            guard let value = self[keyPath: part], !others.contains(where: { $0[keyPath: part] != nil }) else { return }
            rest[keyPath: part] = value
            isEmpty = false
        }
        take(\.quietHours)
        take(\.consent)
        take(\.caps)
        take(\.optOutInstruction)
        take(\.linkShorteners)
        take(\.links)
        take(\.whatsApp)
        take(\.optOutExempt)
        if !forbidden.isEmpty, others.allSatisfy(\.forbidden.isEmpty) {
            rest.forbidden = forbidden
            isEmpty = false
        }
        return isEmpty ? nil : rest
    }
}

extension Sequence<Law.Restriction> {
    /// Of several laws that ask the same of a message the strictest holds.
    func strictest(where holds: (Law.Restriction) -> Bool) -> Law.Restriction? {
        var strictest: Law.Restriction?
        for law in self where holds(law) && strictest.map({ $0.effect < law.effect }) ?? true { strictest = law }
        return strictest
    }
}
