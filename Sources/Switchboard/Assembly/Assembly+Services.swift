import AMQP
import Bridge
import EventLoop
import FoundationEssentials
import HTTPTransfer
import Journal
import Ledger
import Logging
import Messaging
import Observability
import Outbound
import Policy
import Recorder
import Simulator
import Twilio

/// Each service, made from the settings.
extension Assembly {
    func worker(
        _ ledger: any LedgerStore, _ loop: EventLoop, _ policy: LivePolicy, _ logger: Logger
    ) throws -> Worker {
        guard !settings.accounts.isEmpty else {
            throw SettingProblem("TWILIO_ACCOUNT_SID", "is missing; the worker needs an account to send with")
        }
        var configuration = WorkerConfiguration(id: "w-" + UUID().uuidString.lowercased())
        configuration.slots = settings.file.worker?.slots ?? configuration.slots
        configuration.reservedSlots = settings.file.worker?.reservedSlots ?? configuration.reservedSlots
        configuration.promotionalFloor = settings.file.worker?.promotionalFloor ?? configuration.promotionalFloor
        configuration.resendsWhatIsAbsent =
            settings.file.worker?.resendAbsent ?? configuration.resendsWhatIsAbsent
        configuration.maximumAttempts = try settings.file.worker.limit(
            \.maximumAttempts, "maximumAttempts", 1...100, default: configuration.maximumAttempts)
        configuration.maximumAge =
            3600
            * Double(
                try settings.file.worker.limit(
                    \.maximumAgeHours, "maximumAgeHours", 1...960, default: Int(configuration.maximumAge / 3600)))
        configuration.deliveryLimit = try settings.file.worker.limit(
            \.deliveryLimit, "deliveryLimit", 40...1_000_000, default: configuration.deliveryLimit)
        configuration.requiresUserID = settings.mode != .development
        configuration.allowedRecipients = settings.allowedRecipients
        configuration.inDoubtGrace = settings.inDoubtGrace
        configuration.callTimeout = Double(settings.file.http?.timeoutSeconds ?? 30)
        if let seconds = settings.file.worker?.drainSeconds {
            guard (1...3600).contains(seconds) else {
                throw SettingProblem("worker.drainSeconds", "is \(seconds); 1 to 3600 is allowed")
            }
            configuration.drainLimit = Double(seconds)
        }
        var connection = connection("worker")
        connection.maximumBodySize = Self.maximumRequestSize
        return Worker(
            loop: loop, configuration: configuration, broker: try settings.broker(.worker),
            connection: connection, publishesClearEvents: publishesClearEvents,
            directory: try directory(loop, configuration), templates: try templates(), policy: policy,
            tokens: settings.tokenKeys, ledger: ledger, logger: logger)
    }

    func bridge(
        _ ledger: any LedgerStore, _ loop: EventLoop, _ policy: LivePolicy, _ spool: Journal?, _ logger: Logger
    ) throws -> Bridge {
        guard !settings.accounts.isEmpty else {
            throw SettingProblem("TWILIO_ACCOUNT_SID", "is missing; the bridge needs an account to verify with")
        }
        var configuration = BridgeConfiguration(
            name: bridgeName, host: settings.bridgeListen.host, port: settings.bridgeListen.port,
            publicURL: try publicURL(),
            accounts: settings.accounts.values.map { entry in
                var account = BridgeConfiguration.Account(
                    alias: entry.account.alias, sid: entry.account.sid, authTokens: entry.account.authTokens)
                account.usesMessagingServices = entry.senders.values.contains { sender in
                    if case .messagingService = sender { true } else { false }
                }
                return account
            })
        configuration.statusCallbackURL = settings.statusCallbackURL
        configuration.inboundWebhookURL = settings.inboundWebhookURL
        configuration.publishesClearEvents = publishesClearEvents
        return Bridge(
            configuration: configuration, loop: loop, broker: try settings.broker(.bridge),
            connection: connection("bridge"), tokens: settings.tokenKeys, policy: policy, ledger: ledger,
            spool: spool,
            lookUps: try lookUps(ledger, loop), logger: logger)
    }

    /// The bridge's own connections to the provider, few and patient: sending goes first.
    private func lookUps(_ ledger: any LedgerStore, _ loop: EventLoop) throws -> BridgeLookUps {
        let timeout = Duration.seconds(10)
        let client = try httpClient(loop, timeout: timeout, connections: 4) { options in
            // A page of 500 messages of 1600 characters, each escaped.
            options.maximumBodySize = 16 << 20
        }
        return BridgeLookUps(
            ledger: ledger,
            sources: settings.accounts.mapValues { entry in
                TwilioCarrier(account: entry.account, client: client, timeout: timeout)
            }, options: LookUpOptions(lostAfter: settings.lostAfter))
    }

    private func httpClient(
        _ loop: EventLoop, timeout: Duration, connections: Int, change: (inout HTTPTransferOptions) -> Void = { _ in }
    ) throws(SettingProblem) -> HTTPClient {
        var options = HTTPTransferOptions()
        options.timeout = timeout
        options.maximumConnections = connections
        options.proxy = settings.proxy
        options.caFile = settings.caFile
        if settings.mode == .development { options.allowsAddress = { $0.isLoopback } }
        change(&options)
        do {
            return try HTTPClient(loop: loop, options: options)
        } catch {
            throw SettingProblem("http", "\(error)")
        }
    }

    func recorder(_ ledger: any LedgerStore, _ loop: EventLoop, _ logger: Logger) throws -> Recorder {
        Recorder(
            loop: loop, broker: try settings.broker(.recorder), connection: connection("recorder"), ledger: ledger,
            lostAfter: settings.lostAfter, logger: logger)
    }

    func pruner(_ ledger: any LedgerStore, _ loop: EventLoop, _ logger: Logger) -> LedgerPruner {
        LedgerPruner(
            loop: loop, ledger: ledger, retention: settings.retention,
            holder: "recorder-" + UUID().uuidString.lowercased(), logger: logger)
    }

    func simulator(_ logger: Logger) throws -> Simulator {
        let accounts = settings.accounts.values.map { entry in
            var keys: [Simulator.Account.APIKey] = []
            if case .apiKey(let sid, let secret) = entry.account.credentials {
                keys.append(Simulator.Account.APIKey(sid: sid, secret: secret))
            }
            return Simulator.Account(sid: entry.account.sid, authTokens: entry.account.authTokens, apiKeys: keys)
        }
        var configuration = Simulator.Configuration(accounts: accounts)
        configuration.host = settings.simulatorListen.host
        configuration.port = settings.simulatorListen.port
        configuration.isLive = settings.mode == .live
        configuration.retention = settings.file.simulator?.messages ?? configuration.retention
        configuration.inboundURL = try settings.inboundWebhookURL ?? (publicURL() + "/twilio/inbound")
        for entry in settings.accounts.values {
            for sender in entry.senders.values {
                if case .number(let number) = sender { configuration.senders.insert(number) }
            }
        }
        do {
            return try Simulator(configuration: configuration, logger: logger)
        } catch {
            throw StartProblem("simulator: \(error)", isConfiguration: true)
        }
    }

    /// What Topology/rabbitmq.conf lets the broker take. Hundreds of deliveries wait in memory, so a longer body, of which
    /// nothing would be read, is not kept.
    private static let maximumRequestSize = 1_114_112

    private var publishesClearEvents: Bool { settings.file.events?.clear ?? true }

    /// The same after a restart on the same machine, so that its ticks go on where they stopped, and another one for
    /// every other bridge: the newest tick of two with one name would hide that the other is cut off.
    private var bridgeName: String {
        let host = ProcessInfo.processInfo.hostName.lowercased()
            .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "bridge-\(String(host).prefix(60))-\(settings.bridgeListen.port)"
    }

    private func connection(_ role: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = "switchboard \(role)"
        options.caFile = settings.caFile
        return options
    }

    /// In development the bridge is its own public address.
    private func publicURL() throws(SettingProblem) -> String {
        if let url = settings.publicURL { return url }
        guard settings.mode == .development else {
            throw SettingProblem(
                "SWITCHBOARD_PUBLIC_URL", "is missing; the URL under which the provider reaches the bridge")
        }
        return "http://\(settings.bridgeListen)"
    }

    private func templates() throws(SettingProblem) -> TemplateCatalog {
        do {
            return try TemplateCatalog(settings.file.templates ?? [:])
        } catch {
            throw SettingProblem(error.field, error.problem)
        }
    }

    private func directory(_ loop: EventLoop, _ configuration: WorkerConfiguration) throws -> Directory {
        let client = try httpClient(
            loop, timeout: .seconds(configuration.callTimeout), connections: max(configuration.slots, 16))
        let callback: StatusCallbackURL
        do {
            callback = try StatusCallbackURL(
                endpoint: settings.statusCallbackURL ?? (try publicURL() + "/twilio/status"))
        } catch let problem as WebhookProblem {
            throw SettingProblem("TWILIO_STATUS_CALLBACK_URL", problem.problem)
        }
        let accounts = settings.accounts.mapValues { entry in
            AccountProfile(
                alias: entry.account.alias,
                carrier: TwilioCarrier(
                    account: entry.account, client: client, timeout: .seconds(configuration.callTimeout)),
                senders: entry.senders, defaultSender: entry.defaultSender,
                statusCallback: { context, recipientID throws(RequestProblem) in
                    try callback.url(for: context, recipientID: recipientID)
                }, explain: { code in ErrorTable.shipped.advice(for: code, httpStatus: nil) })
        }
        return Directory(accounts: accounts, apps: try settings.file.registrations(accounts: Set(accounts.keys)))
    }
}

extension ConfigurationFile.Worker? {
    /// A number of the worker's settings, within its bounds.
    ///
    /// - Throws: ``SettingProblem`` that names the key.
    fileprivate func limit(
        _ value: (ConfigurationFile.Worker) -> Int?, _ name: String, _ allowed: ClosedRange<Int>, default given: Int
    ) throws(SettingProblem) -> Int {
        guard let found = flatMap(value) else { return given }
        guard allowed.contains(found) else {
            throw SettingProblem(
                "worker.\(name)", "is \(found); \(allowed.lowerBound) to \(allowed.upperBound) is allowed")
        }
        return found
    }
}

extension ConfigurationFile {
    /// The apps; nil when none are listed, which only development allows.
    ///
    /// - Throws: ``SettingProblem`` that names the key.
    func registrations(accounts known: Set<String>) throws(SettingProblem) -> [String: AppRegistration]? {
        guard let apps else { return nil }
        var registrations: [String: AppRegistration] = [:]
        for (name, app) in apps {
            guard isRoutingWord(name) else {
                throw SettingProblem("apps.\(name.prefix(40))", "is not an app's name: 1 to 32 of a-z, 0-9 and hyphens")
            }
            var classes = Set(MessageClass.allCases)
            if let listed = app.classes {
                classes = []
                for word in listed {
                    guard let messageClass = MessageClass(rawValue: word) else {
                        throw SettingProblem(
                            "apps.\(name).classes", "holds a word that is neither transactional nor promotional")
                    }
                    classes.insert(messageClass)
                }
            }
            if let redacted = app.redactedPurposes,
                !redacted.allSatisfy({ isRoutingWord($0) && app.purposes?.contains($0) ?? true })
            {
                throw SettingProblem(
                    "apps.\(name).redactedPurposes", "holds a word that is not one of the app's purposes")
            }
            for account in (app.accounts ?? []) + [app.defaultAccount].compactMap({ $0 }) where !known.contains(account)
            {
                throw SettingProblem("apps.\(name)", "names an account that is not configured")
            }
            registrations[name] = AppRegistration(
                classes: classes, purposes: app.purposes.map(Set.init), accounts: app.accounts.map(Set.init),
                senders: app.senders.map(Set.init), redactedPurposes: Set(app.redactedPurposes ?? []),
                isTrusted: app.trusted ?? false,
                defaultAccount: app.defaultAccount ?? app.accounts?.first ?? "default",
                defaultSender: app.defaultSender)
        }
        return registrations
    }
}
