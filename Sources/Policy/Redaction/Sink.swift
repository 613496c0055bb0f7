/// Where the text of a message may go.
public enum Sink: String, Sendable, CaseIterable {
    /// What the provider is given to send.
    case body
    case log
    /// The exchange `events`, on which no text stands.
    case events
    /// The exchange `events.clear`.
    case eventsClear = "events.clear"
    /// What is kept of the exchange `events`.
    case archive
    /// The ledger, in which no text stands.
    case ledger

    /// Those that get a text at all.
    static let ofTexts: [Sink] = [.body, .log, .eventsClear]
}

/// What is done where something is found.
enum RedactionAction: String, Sendable, CaseIterable, Comparable {
    case allow, mask
    /// In the body, the message is not sent; elsewhere the whole text is left out.
    case block

    static func < (left: RedactionAction, right: RedactionAction) -> Bool { left.strength < right.strength }

    private var strength: Int {
        switch self {
        case .allow: 0
        case .mask: 1
        case .block: 2
        }
    }
}

/// What is done with every kind of finding in every sink.
struct RedactionTable: Sendable, Equatable {
    /// Row after row of a sink: the detectors, and then the patterns of the policy file.
    private var actions: [RedactionAction]
    private var width: Int { actions.count / Self.sinks }

    /// What holds where a policy file says nothing.
    static let standard: RedactionTable = {
        var table = none
        // Bodies are in clear on events.clear.
        for sink in Sink.allCases where sink != .body && sink != .eventsClear {
            for detector in Detector.allCases { table[sink, .detector(detector)] = .mask }
        }
        table[.body, .detector(.pan)] = .block
        table[.eventsClear, .detector(.pan)] = .mask
        return table
    }()

    /// Nothing at all is done.
    static let none = RedactionTable(
        actions: [RedactionAction](repeating: .allow, count: Sink.allCases.count * Detector.allCases.count))

    private init(actions: [RedactionAction]) {
        self.actions = actions
    }

    subscript(sink: Sink, kind: Finding.Kind) -> RedactionAction {
        get {
            let column = Self.column(kind)
            guard column < width else { return .allow }
            let action = actions[Self.row(sink) * width + column]
            // What may not be sent is not told either.
            if sink == .eventsClear, action == .allow, self[.body, kind] == .block { return .mask }
            return action
        }
        set {
            let column = Self.column(kind)
            while column >= width { widen() }
            actions[Self.row(sink) * width + column] = newValue
        }
    }

    /// Makes room for one more pattern.
    private mutating func widen() {
        let old = width
        actions = (0..<Self.sinks).flatMap { row in actions[(row * old)..<((row + 1) * old)] + [.allow] }
    }

    private static let sinks = Sink.allCases.count

    private static func row(_ sink: Sink) -> Int {
        switch sink {
        case .body: 0
        case .log: 1
        case .events: 2
        case .eventsClear: 3
        case .archive: 4
        case .ledger: 5
        }
    }

    private static func column(_ kind: Finding.Kind) -> Int {
        switch kind {
        case .detector(.pan): 0
        case .detector(.ssn): 1
        case .detector(.iban): 2
        case .detector(.email): 3
        case .detector(.phone): 4
        case .detector(.otp): 5
        case .detector(.urlSecret): 6
        case .pattern(let index): 7 + index
        }
    }

    /// The stricter of both everywhere.
    func joined(with other: RedactionTable) -> RedactionTable {
        var (joined, other) = (self, other)
        while joined.width < other.width { joined.widen() }
        while other.width < joined.width { other.widen() }
        for index in joined.actions.indices { joined.actions[index] = max(joined.actions[index], other.actions[index]) }
        return joined
    }
}
