import AMQP
import Foundation
import Ledger
import Messaging
import Outbound
import Policy
import Testing
import Twilio

@testable import Switchboard

@Suite("Settings") struct SettingsTests {
    private let sid = "AC0123456789abcdef0123456789abcdef"

    private func environment(_ changes: [String: String?] = [:]) -> [String: String] {
        var environment = [
            "SWITCHBOARD_AMQP_URL": "amqp://shop:secret@127.0.0.1:5672/switchboard",
            "SWITCHBOARD_TOKEN_KEYS": "k1:\(Data(repeating: 7, count: 32).base64EncodedString())",
            "TWILIO_API_BASE_URL": "http://127.0.0.1:8082", "TWILIO_ACCOUNT_SID": sid,
            "TWILIO_AUTH_TOKEN": "one,two", "TWILIO_DEFAULT_FROM_NUMBER": "+15005550006",
        ]
        for (name, value) in changes { environment[name] = value }
        return environment
    }

    private func problem(_ changes: [String: String?]) -> String? {
        do {
            _ = try Settings(environment: environment(changes))
            return nil
        } catch {
            return error.description
        }
    }

    @Test("the TWILIO variables describe the account default") func defaults() throws {
        let settings = try Settings(environment: environment())
        #expect(settings.mode == .development)
        let account = try #require(settings.accounts["default"])
        #expect(account.account.authTokens == ["one", "two"])
        #expect(account.senders["default"] == .number("+15005550006"))
        #expect(settings.bridgeListen.description == "127.0.0.1:8080")
        #expect(settings.inDoubtGrace == 30)
        #expect(settings.lostAfter == 43_200)
    }

    private func withFile(_ yaml: String, _ body: ([String: String?]) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yaml")
        try Data(yaml.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(["SWITCHBOARD_CONFIG": file.path])
    }

    @Test("the ledger remembers as long as the file says, and commits as it says") func ledger() throws {
        #expect(try Settings(environment: environment()).retention == LedgerRetention())
        #expect(try Settings(environment: environment()).commits == LedgerCommits())
        let yaml = """
            ledger:
              commit: {calls: 64, milliseconds: 0}
              retention: {messageDays: 40, unfinishedDays: 120, conversationDays: 40, evidenceDays: 120}
            """
        try withFile(yaml) { changes in
            let settings = try Settings(environment: environment(changes))
            #expect(settings.retention == .floor)
            #expect(settings.commits.calls == 64 && settings.commits.window == .zero)
        }
    }

    @Test(
        "a ledger that would forget too early stops the start",
        arguments: [
            ("retention: {messageDays: 39}", "ledger.retention.messageDays: is 39; 40 to 3650 is allowed"),
            ("retention: {unfinishedDays: 119}", "ledger.retention.unfinishedDays: is 119; 120 to 3650 is allowed"),
            ("retention: {conversationDays: 0}", "ledger.retention.conversationDays: is 0; 40 to 3650 is allowed"),
            ("retention: {evidenceDays: 9999}", "ledger.retention.evidenceDays: is 9999; 120 to 3650 is allowed"),
            (
                "retention: {messageDays: 200}",
                "ledger.retention.unfinishedDays: is 180, less than messageDays: 200 or more is allowed"
            ),
            ("commit: {calls: 0}", "ledger.commit.calls: is 0; 1 to 10000 is allowed"),
            ("commit: {milliseconds: 101}", "ledger.commit.milliseconds: is 101; 0 to 100 is allowed"),
        ])
    func ledgerBounds(yaml: String, expected: String) throws {
        try withFile("ledger: {\(yaml)}") { changes in #expect(problem(changes) == expected) }
    }

    @Test(
        "the bridge's spool stands beside the ledger, or where the file says, within bounds", arguments: [nil, 12, 0])
    func spool(megabytes: Int?) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "switchboard.yaml")
        let yaml = megabytes.map { "bridge: {spool: {path: /var/spool/x, megabytes: \($0)}}" } ?? ""
        try Data(yaml.utf8).write(to: file)
        let changes = ["SWITCHBOARD_CONFIG": file.path, "SWITCHBOARD_LEDGER_URL": "sqlite:\(folder.path)/l.sqlite"]
        guard megabytes != 0 else {
            #expect(problem(changes) == "bridge.spool.megabytes: is 0; 1 to 1048576 is allowed")
            return
        }
        let settings = try Settings(environment: environment(changes))
        #expect(settings.spoolPath == (megabytes == nil ? "\(folder.path)/l.sqlite.spool" : "/var/spool/x"))
        #expect(settings.spoolMegabytes == megabytes ?? 256)
    }

    @Test("a messaging service wins over the number") func messagingService() throws {
        let service = "MG0123456789abcdef0123456789abcdef"
        let settings = try Settings(environment: environment(["TWILIO_MESSAGING_SERVICE_SID": service]))
        #expect(settings.accounts["default"]?.senders["default"] == .messagingService(service))
    }

    @Test(
        "development calls nothing but this computer",
        arguments: [
            "https://api.twilio.com", "http://10.0.0.1:80", "https://127.0.0.1.example.com",
            "http://127.0.0.1@example.com/",
        ])
    func developmentStaysHere(url: String) {
        #expect(problem(["TWILIO_API_BASE_URL": url])?.hasPrefix("TWILIO_API_BASE_URL: is ") == true)
    }

    @Test("without a base URL development does not reach for the real one") func noBaseURL() {
        #expect(problem(["TWILIO_API_BASE_URL": Optional<String>.none])?.hasPrefix("TWILIO_API_BASE_URL") == true)
    }

    @Test("live asks for https and a far host") func live() {
        #expect(problem(["SWITCHBOARD_MODE": "live"])?.hasPrefix("TWILIO_API_BASE_URL") == true)
        #expect(
            problem(["SWITCHBOARD_MODE": "live", "TWILIO_API_BASE_URL": "https://api.twilio.com"])
                == "SWITCHBOARD_CONFIG: lists no apps; outside development each app must be listed")
    }

    @Test("staging must list whom it may call") func staging() {
        #expect(problem(["SWITCHBOARD_MODE": "staging"])?.hasPrefix("SWITCHBOARD_ALLOWED_RECIPIENTS") == true)
        #expect(
            problem(["SWITCHBOARD_MODE": "staging", "SWITCHBOARD_ALLOWED_RECIPIENTS": "+15558675310, 12"])
                == "SWITCHBOARD_ALLOWED_RECIPIENTS: holds something that is not a number such as +15558675310")
    }

    @Test(
        "what is wrong is named, and no secret is repeated",
        arguments: [
            ("SWITCHBOARD_MODE", "prod", "SWITCHBOARD_MODE: is \"prod\"; development, staging or live is allowed"),
            ("TWILIO_ACCOUNT_SID", "AC1", "TWILIO_ACCOUNT_SID: is not AC and 32 hexadecimal digits"),
            (
                "SWITCHBOARD_BRIDGE_LISTEN", "8080",
                "SWITCHBOARD_BRIDGE_LISTEN: is \"8080\"; host:port is allowed, such as 127.0.0.1:8080"
            ),
            (
                "SWITCHBOARD_LEDGER_URL", "mysql://x",
                "SWITCHBOARD_LEDGER_URL: is neither sqlite:PATH nor postgres://user:password@host:port/database"
            ),
            (
                "SWITCHBOARD_IN_DOUBT_GRACE", "soon",
                "SWITCHBOARD_IN_DOUBT_GRACE: is \"soon\"; a number of seconds from 1 to 31536000 is allowed"
            ),
        ])
    func wrong(name: String, value: String, expected: String) {
        #expect(problem([name: value]) == expected)
    }

    @Test("the ledger may be a file or a database, whose keys are never made here") func ledgers() throws {
        let url = "postgres://ann:hunter2@db.example:5433/ledger?sslmode=verify-full"
        for scheme in ["postgres", "postgresql"] {
            let text = scheme + url.dropFirst("postgres".count)
            let settings = try Settings(environment: environment(["SWITCHBOARD_LEDGER_URL": text]))
            #expect("\(settings.ledger)" == "postgres://db.example:5433/ledger")
            #expect(settings.spoolPath == "switchboard.spool")
        }
        #expect("\(try Settings(environment: environment()).ledger)" == "switchboard.sqlite")
        let keys = problem(["SWITCHBOARD_LEDGER_URL": url, "SWITCHBOARD_TOKEN_KEYS": Optional<String>.none])
        #expect(keys?.hasPrefix("SWITCHBOARD_TOKEN_KEYS: is missing; who shares a database") == true)
        let wrong = problem(["SWITCHBOARD_LEDGER_URL": url + "&options=hunter2"])
        #expect(wrong?.hasPrefix("SWITCHBOARD_LEDGER_URL: the database's URL is invalid: ") == true)
        #expect(wrong?.contains("hunter2") == false)
    }

    @Test("secrets never stand in a problem") func secrets() {
        let text = problem(["SWITCHBOARD_AMQP_URL": "amqp://shop:hunter2@:99999/x"]) ?? ""
        #expect(text.hasPrefix("SWITCHBOARD_AMQP_URL"))
        #expect(!text.contains("hunter2"))
        let keys = problem(["SWITCHBOARD_TOKEN_KEYS": "k1:hunter2"]) ?? ""
        #expect(keys.hasPrefix("SWITCHBOARD_TOKEN_KEYS"))
        #expect(!keys.contains("hunter2"))
    }

    @Test("a role's own broker URL wins over the common one") func roles() throws {
        let settings = try Settings(
            environment: environment(["SWITCHBOARD_WORKER_AMQP_URL": "amqp://worker:x@127.0.0.1:5673/switchboard"]))
        #expect(try settings.broker(.worker).user == "worker")
        #expect(try settings.broker(.bridge).user == "shop")
        let none = try Settings(environment: environment(["SWITCHBOARD_AMQP_URL": Optional<String>.none]))
        #expect(throws: SettingProblem.self) { try none.broker(.recorder) }
    }

    @Test("a value may stand in a file, but not beside the variable") func files() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try "from-a-file\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let settings = try Settings(
            environment: environment(["TWILIO_AUTH_TOKEN": Optional<String>.none, "TWILIO_AUTH_TOKEN_FILE": path]))
        #expect(settings.accounts["default"]?.account.authTokens == ["from-a-file"])
        #expect(
            problem(["TWILIO_AUTH_TOKEN_FILE": path])
                == "TWILIO_AUTH_TOKEN_FILE: stands beside TWILIO_AUTH_TOKEN; give one of them")
        #expect(
            problem(["TWILIO_AUTH_TOKEN": Optional<String>.none, "TWILIO_AUTH_TOKEN_FILE": path + "-none"])
                == "TWILIO_AUTH_TOKEN_FILE: names a file that cannot be read as text")
    }

    @Test("a development key is made once, readable by its owner alone, and found again") func developmentKeys() throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let changes: [String: String?] = [
            "SWITCHBOARD_TOKEN_KEYS": Optional<String>.none,
            "SWITCHBOARD_LEDGER_URL": "sqlite:\(folder.path)/ledger.sqlite",
        ]
        let address = try Address("+15558675310")
        let first = try Settings(environment: environment(changes)).tokenKeys.tokens(for: address)
        let second = try Settings(environment: environment(changes)).tokenKeys.tokens(for: address)
        #expect(first == second)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/ledger.sqlite.token-keys")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}

@Suite("Configuration file") struct ConfigurationFileTests {
    @Test("the documented example is read") func example() throws {
        let file = try ConfigurationFile.parse(
            """
            accounts:
              retail:
                accountSidVariable: RETAIL_ACCOUNT_SID
                authTokenVariable: RETAIL_AUTH_TOKEN
                senders: {alerts: "+15550001111"}
            apps:
              shop: {classes: [transactional], purposes: [order-shipped], accounts: [retail], trusted: true}
            templates:
              order-shipped: {en: "Your order {{order}} has shipped"}
            worker: {slots: 16}
            """)
        #expect(file.accounts?["retail"]?.senders == ["alerts": "+15550001111"])
        let apps = try #require(try file.registrations(accounts: ["retail"]))
        #expect(apps["shop"]?.classes == [.transactional])
        #expect(apps["shop"]?.isTrusted == true)
        #expect(file.worker?.slots == 16)
    }

    @Test("redacted purposes are the app's own") func redactedPurposes() throws {
        let file = try ConfigurationFile.parse("apps: {shop: {purposes: [otp, order], redactedPurposes: [otp]}}")
        #expect(try file.registrations(accounts: [])?["shop"]?.redactedPurposes == ["otp"])
        for wrong in ["{purposes: [order], redactedPurposes: [otp]}", "{redactedPurposes: [O T P]}"] {
            let problem = #expect(throws: SettingProblem.self) {
                try ConfigurationFile.parse("apps: {shop: \(wrong)}").registrations(accounts: [])
            }
            #expect(
                problem?.description
                    == "apps.shop.redactedPurposes: holds a word that is not one of the app's purposes")
        }
    }

    @Test("the bridge's spool stands where the file says") func spool() throws {
        let file = try ConfigurationFile.parse("bridge: {spool: {path: /var/spool/x, megabytes: 12}}")
        #expect(file.bridge?.spool == ConfigurationFile.Bridge.Spool(path: "/var/spool/x", megabytes: 12))
        #expect(try ConfigurationFile.parse("bridge: {}").bridge?.spool == nil)
    }

    @Test("an empty file is an empty configuration") func empty() throws {
        #expect(try ConfigurationFile.parse("") == ConfigurationFile())
    }

    @Test(
        "a key that nobody reads is refused by its path",
        arguments: [
            ("app: {}", "app"), ("apps: {shop: {class: [promotional]}}", "apps.shop.class"),
            ("bridge: {spol: {}}", "bridge.spol"), ("bridge: {spool: {size: 3}}", "bridge.spool.size"),
            ("worker: {slot: 3}", "worker.slot"), ("worker: {slots: many}", "worker.slots"),
            ("accounts: {retail: {senders: {}}}", "accounts.retail"), ("[1, 2]", "SWITCHBOARD_CONFIG"),
            ("a: [", "SWITCHBOARD_CONFIG"),
        ])
    func wrong(yaml: String, setting: String) {
        let problem = #expect(throws: SettingProblem.self) { try ConfigurationFile.parse(yaml) }
        #expect(problem?.setting == setting)
    }

    @Test("an app may only name what is configured") func registrations() throws {
        let file = try ConfigurationFile.parse("apps: {shop: {accounts: [retail]}}")
        #expect(throws: SettingProblem("apps.shop", "names an account that is not configured")) {
            try file.registrations(accounts: ["default"])
        }
        let classes = try ConfigurationFile.parse("apps: {shop: {classes: [urgent]}}")
        #expect(throws: SettingProblem.self) { try classes.registrations(accounts: []) }
    }
}
