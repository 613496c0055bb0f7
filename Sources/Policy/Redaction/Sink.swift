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
    private var detectors: [Sink: [Detector: RedactionAction]]
    /// By sink, of the patterns of the policy file.
    private var patterns: [Sink: [Int: RedactionAction]] = [:]

    /// What holds where a policy file says nothing.
    static let standard: RedactionTable = {
        let all = Dictionary(uniqueKeysWithValues: Detector.allCases.map { ($0, RedactionAction.mask) })
        var clear = all
        clear[.email] = .allow
        clear[.phone] = .allow
        return RedactionTable(detectors: [
            .body: [.pan: .block], .log: all, .events: all, .eventsClear: clear, .archive: all, .ledger: all,
        ])
    }()

    /// Nothing at all is done.
    static let none = RedactionTable(detectors: [:])

    private init(detectors: [Sink: [Detector: RedactionAction]]) {
        self.detectors = detectors
    }

    subscript(sink: Sink, kind: Finding.Kind) -> RedactionAction {
        get {
            switch kind {
            case .detector(let detector): detectors[sink]?[detector] ?? .allow
            case .pattern(let index): patterns[sink]?[index] ?? .allow
            }
        }
        set {
            switch kind {
            case .detector(let detector): detectors[sink, default: [:]][detector] = newValue
            case .pattern(let index): patterns[sink, default: [:]][index] = newValue
            }
        }
    }

    /// The stricter of both everywhere.
    func joined(with other: RedactionTable) -> RedactionTable {
        var joined = self
        for sink in Sink.allCases {
            for (detector, action) in other.detectors[sink] ?? [:] {
                joined[sink, .detector(detector)] = max(action, joined[sink, .detector(detector)])
            }
            for (index, action) in other.patterns[sink] ?? [:] {
                joined[sink, .pattern(index)] = max(action, joined[sink, .pattern(index)])
            }
        }
        return joined
    }
}
