/// Any key of a mapping.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Refuses a mapping that holds a key which nobody reads: a typo must not silently change a deployment.
private func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(_ decoder: any Decoder, _ keys: Keys.Type) throws {
    let known = Set(Keys.allCases.map(\.stringValue))
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
        let path = (decoder.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")
        throw SettingProblem(
            path, "is not a key of the configuration; known here: \(known.sorted().joined(separator: " "))")
    }
}

extension ConfigurationFile: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case accounts, apps, templates, worker, http, events, bridge, ledger, simulator, policy
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        accounts = try container.decodeIfPresent([String: Account].self, forKey: .accounts)
        apps = try container.decodeIfPresent([String: App].self, forKey: .apps)
        templates = try container.decodeIfPresent([String: [String: String]].self, forKey: .templates)
        worker = try container.decodeIfPresent(Worker.self, forKey: .worker)
        http = try container.decodeIfPresent(HTTP.self, forKey: .http)
        events = try container.decodeIfPresent(Events.self, forKey: .events)
        bridge = try container.decodeIfPresent(Bridge.self, forKey: .bridge)
        ledger = try container.decodeIfPresent(Ledger.self, forKey: .ledger)
        simulator = try container.decodeIfPresent(Simulator.self, forKey: .simulator)
        policy = try container.decodeIfPresent(String.self, forKey: .policy)
    }
}

extension ConfigurationFile.Account: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case accountSidVariable, authTokenVariable, apiKeySidVariable, apiKeySecretVariable, baseURL = "baseUrl"
        case senders, defaultSender
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        accountSidVariable = try container.decode(String.self, forKey: .accountSidVariable)
        authTokenVariable = try container.decode(String.self, forKey: .authTokenVariable)
        apiKeySidVariable = try container.decodeIfPresent(String.self, forKey: .apiKeySidVariable)
        apiKeySecretVariable = try container.decodeIfPresent(String.self, forKey: .apiKeySecretVariable)
        baseURL = try container.decodeIfPresent(String.self, forKey: .baseURL)
        senders = try container.decode([String: String].self, forKey: .senders)
        defaultSender = try container.decodeIfPresent(String.self, forKey: .defaultSender)
    }
}

extension ConfigurationFile.App: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case classes, purposes, accounts, senders, redactedPurposes, trusted, defaultAccount, defaultSender
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        classes = try container.decodeIfPresent([String].self, forKey: .classes)
        purposes = try container.decodeIfPresent([String].self, forKey: .purposes)
        accounts = try container.decodeIfPresent([String].self, forKey: .accounts)
        senders = try container.decodeIfPresent([String].self, forKey: .senders)
        redactedPurposes = try container.decodeIfPresent([String].self, forKey: .redactedPurposes)
        trusted = try container.decodeIfPresent(Bool.self, forKey: .trusted)
        defaultAccount = try container.decodeIfPresent(String.self, forKey: .defaultAccount)
        defaultSender = try container.decodeIfPresent(String.self, forKey: .defaultSender)
    }
}

extension ConfigurationFile.Worker: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case slots, reservedSlots, promotionalFloor, resendAbsent, drainSeconds, maximumAttempts, maximumAgeHours,
            deliveryLimit
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        slots = try container.decodeIfPresent(Int.self, forKey: .slots)
        reservedSlots = try container.decodeIfPresent(Int.self, forKey: .reservedSlots)
        promotionalFloor = try container.decodeIfPresent(Int.self, forKey: .promotionalFloor)
        resendAbsent = try container.decodeIfPresent(Bool.self, forKey: .resendAbsent)
        drainSeconds = try container.decodeIfPresent(Int.self, forKey: .drainSeconds)
        maximumAttempts = try container.decodeIfPresent(Int.self, forKey: .maximumAttempts)
        maximumAgeHours = try container.decodeIfPresent(Int.self, forKey: .maximumAgeHours)
        deliveryLimit = try container.decodeIfPresent(Int.self, forKey: .deliveryLimit)
    }
}

extension ConfigurationFile.HTTP: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case proxy, caFile, timeoutSeconds
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        proxy = try container.decodeIfPresent(String.self, forKey: .proxy)
        caFile = try container.decodeIfPresent(String.self, forKey: .caFile)
        timeoutSeconds = try container.decodeIfPresent(Int.self, forKey: .timeoutSeconds)
    }
}

extension ConfigurationFile.Events: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case clear
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        clear = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Bool.self, forKey: .clear)
    }
}

extension ConfigurationFile.Bridge: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case spool
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        spool = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Spool.self, forKey: .spool)
    }
}

extension ConfigurationFile.Bridge.Spool: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case path, megabytes
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        path = try container.decodeIfPresent(String.self, forKey: .path)
        megabytes = try container.decodeIfPresent(Int.self, forKey: .megabytes)
    }
}

extension ConfigurationFile.Ledger: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case commit, retention
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        commit = try container.decodeIfPresent(Commit.self, forKey: .commit)
        retention = try container.decodeIfPresent(Retention.self, forKey: .retention)
    }
}

extension ConfigurationFile.Ledger.Commit: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case calls, milliseconds
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        calls = try container.decodeIfPresent(Int.self, forKey: .calls)
        milliseconds = try container.decodeIfPresent(Int.self, forKey: .milliseconds)
    }
}

extension ConfigurationFile.Ledger.Retention: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case messageDays, unfinishedDays, conversationDays, evidenceDays
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        messageDays = try container.decodeIfPresent(Int.self, forKey: .messageDays)
        unfinishedDays = try container.decodeIfPresent(Int.self, forKey: .unfinishedDays)
        conversationDays = try container.decodeIfPresent(Int.self, forKey: .conversationDays)
        evidenceDays = try container.decodeIfPresent(Int.self, forKey: .evidenceDays)
    }
}

extension ConfigurationFile.Simulator: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case messages
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownKeys(decoder, Keys.self)
        messages = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Int.self, forKey: .messages)
    }
}
