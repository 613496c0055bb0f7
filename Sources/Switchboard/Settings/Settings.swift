import AMQP
import Ledger
import Messaging
import Policy
import Twilio

/// How far a deployment may reach.
enum Mode: String, CaseIterable, Sendable {
    /// Never leaves this computer.
    case development
    /// Calls only the recipients that are listed.
    case staging
    case live
}

/// A provider account and what is configured for it.
struct AccountSettings: Sendable {
    var account: TwilioAccount
    var senders: [String: Sender]
    var defaultSender: String
}

/// Everything the program is told from outside (contract, section 7), checked.
struct Settings: Sendable {
    var mode: Mode
    var accounts: [String: AccountSettings]
    var file: ConfigurationFile
    var allowedRecipients: Set<String>?
    var ledger: LedgerLocation
    /// How long the ledger remembers.
    var retention: LedgerRetention
    /// How its calls share commits.
    var commits: LedgerCommits
    var tokenKeys: RecipientTokenKeys
    /// The base under which the provider reaches the bridge.
    var publicURL: String?
    var statusCallbackURL: String?
    var inboundWebhookURL: String?
    var bridgeListen: ListenAddress
    var adminListen: ListenAddress
    var adminToken: String?
    var simulatorListen: ListenAddress
    var inDoubtGrace: Double
    var lostAfter: Double
    /// The folder in which the bridge keeps webhooks while the broker is away.
    var spoolPath: String
    /// How large it may grow.
    var spoolMegabytes: Int
    var proxy: String?
    var caFile: String?

    private var brokers: [String: BrokerURL] = [:]

    /// The broker of a role: its own URL, or the common one.
    ///
    /// - Throws: ``SettingProblem`` when neither is given.
    func broker(_ role: Role) throws(SettingProblem) -> BrokerURL {
        if let url = brokers[role.rawValue] ?? brokers[""] { return url }
        throw SettingProblem(
            "SWITCHBOARD_AMQP_URL", "is missing, and so is SWITCHBOARD_\(role.rawValue.uppercased())_AMQP_URL")
    }

    /// The services of the program, by the names of the command line.
    enum Role: String, CaseIterable, Sendable {
        case worker, bridge, recorder, simulator
    }

    /// Reads and checks the environment and the YAML file that it names.
    ///
    /// - Throws: ``SettingProblem`` for the first thing that is wrong.
    init(environment: [String: String]) throws(SettingProblem) {
        let variables = try EnvironmentSettings(environment)
        let modeName = variables.text("SWITCHBOARD_MODE") ?? Mode.development.rawValue
        guard let mode = Mode(rawValue: modeName) else {
            throw SettingProblem(
                "SWITCHBOARD_MODE", "is \"\(modeName.prefix(40))\"; development, staging or live is allowed")
        }
        self.mode = mode
        file = try ConfigurationFile.read(path: variables.text("SWITCHBOARD_CONFIG"))
        accounts = try AccountReading(variables: variables, file: file, mode: mode).accounts()
        allowedRecipients = try Self.allowedRecipients(variables, mode: mode)
        ledger = try Self.ledger(variables)
        retention = try LedgerReading(file: file).retention()
        commits = try LedgerReading(file: file).commits()
        tokenKeys = try TokenKeyReading.keys(variables, mode: mode, ledger: ledger)
        publicURL = try Self.webURL(variables, "SWITCHBOARD_PUBLIC_URL", mode: mode)
        statusCallbackURL = try Self.webURL(variables, "TWILIO_STATUS_CALLBACK_URL", mode: mode)
        inboundWebhookURL = try Self.webURL(variables, "TWILIO_INBOUND_WEBHOOK_URL", mode: mode)
        bridgeListen = try variables.listen("SWITCHBOARD_BRIDGE_LISTEN", default: "127.0.0.1:8080")
        adminListen = try variables.listen("SWITCHBOARD_ADMIN_LISTEN", default: "127.0.0.1:8081")
        adminToken = variables.text("SWITCHBOARD_ADMIN_TOKEN")
        simulatorListen = try variables.listen("SWITCHBOARD_SIMULATOR_LISTEN", default: "127.0.0.1:8082")
        inDoubtGrace = try variables.seconds("SWITCHBOARD_IN_DOUBT_GRACE", default: 30)
        lostAfter = try variables.seconds("SWITCHBOARD_LOST_AFTER", default: 43_200)
        spoolPath = file.bridge?.spool?.path ?? Self.spoolPath(besides: ledger)
        spoolMegabytes = file.bridge?.spool?.megabytes ?? 256
        guard (1...1_048_576).contains(spoolMegabytes) else {
            throw SettingProblem("bridge.spool.megabytes", "is \(spoolMegabytes); 1 to 1048576 is allowed")
        }
        guard !spoolPath.isEmpty, !spoolPath.utf8.contains(0) else {
            throw SettingProblem("bridge.spool.path", "is empty; a folder is allowed, whose parent must be there")
        }
        proxy = file.http?.proxy
        caFile = file.http?.caFile
        for role in [""] + Role.allCases.map(\.rawValue) {
            let name = role.isEmpty ? "SWITCHBOARD_AMQP_URL" : "SWITCHBOARD_\(role.uppercased())_AMQP_URL"
            guard let text = variables.text(name) else { continue }
            do {
                brokers[role] = try BrokerURL(text)
            } catch {
                throw SettingProblem(name, "\(error.reason); amqp://user:password@host:port/vhost is allowed")
            }
        }
        if mode == .live, file.apps == nil {
            throw SettingProblem("SWITCHBOARD_CONFIG", "lists no apps; outside development each app must be listed")
        }
        if mode == .staging, file.apps == nil {
            throw SettingProblem("SWITCHBOARD_CONFIG", "lists no apps; outside development each app must be listed")
        }
    }

    private static func allowedRecipients(
        _ variables: EnvironmentSettings, mode: Mode
    ) throws(SettingProblem) -> Set<String>? {
        guard mode == .staging else { return nil }
        let name = "SWITCHBOARD_ALLOWED_RECIPIENTS"
        guard let text = variables.text(name) else {
            throw SettingProblem(name, "is missing; staging calls only the numbers listed here, comma separated")
        }
        let numbers = text.split(separator: ",").map { $0.filter { $0 != " " } }
        guard numbers.allSatisfy({ isE164Number(String($0)) }) else {
            throw SettingProblem(name, "holds something that is not a number such as +15558675310")
        }
        return Set(numbers.map { String($0) })
    }

    private static func ledger(_ variables: EnvironmentSettings) throws(SettingProblem) -> LedgerLocation {
        let name = "SWITCHBOARD_LEDGER_URL"
        let text = variables.text(name) ?? "sqlite:switchboard.sqlite"
        do {
            if let location = try LedgerLocation(text) { return location }
        } catch {
            throw SettingProblem(name, "\(error)")
        }
        throw SettingProblem(name, "is neither sqlite:PATH nor postgres://user:password@host:port/database")
    }

    /// A database is on another machine, so that only the working folder is left.
    private static func spoolPath(besides ledger: LedgerLocation) -> String {
        switch ledger {
        case .sqlite(let path): path + ".spool"
        case .postgres: "switchboard.spool"
        }
    }

    private static func webURL(
        _ variables: EnvironmentSettings, _ name: String, mode: Mode
    ) throws(SettingProblem) -> String? {
        guard let text = variables.text(name) else { return nil }
        do {
            _ = try StatusCallbackURL(endpoint: text)
        } catch {
            throw SettingProblem(name, error.problem)
        }
        if mode == .live, !text.hasPrefix("https://") {
            throw SettingProblem(name, "is not https; live asks for it")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
