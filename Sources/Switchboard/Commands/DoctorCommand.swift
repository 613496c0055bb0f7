import AMQP
import ArgumentParser
import EventLoop
import FoundationEssentials
import HTTPTransfer
import Ledger
import Messaging
import Twilio

/// `switchboard doctor`: what is wrong, and what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines broker, objects, ledger, provider and clock; a line each, with what to do.",
        discussion: "Uses the same settings as run. Sends nothing. Exit code 1 when something does not work.")

    func run() async throws {
        try await withSettings { settings in
            var examination = Examination()
            printLine(
                "settings   ok    mode \(settings.mode.rawValue), accounts: \(settings.accounts.keys.sorted().joined(separator: " "))"
            )
            await examination.broker(settings)
            await examination.ledger(settings)
            await examination.provider(settings)
            await examination.services(settings)
            if examination.hasFailed { throw ExitCode.failure }
        }
    }
}

/// One run of the doctor.
private struct Examination {
    private(set) var hasFailed = false
    private var serverTime: Date?

    private mutating func say(_ what: String, _ isWell: Bool, _ finding: String, advice: String? = nil) {
        let name = what + String(repeating: " ", count: max(0, 10 - what.count))
        printLine("\(name) \(isWell ? "ok   " : "FAIL ") \(finding)" + (isWell ? "" : advice.map { " — \($0)" } ?? ""))
        if !isWell { hasFailed = true }
    }

    /// Each role's own user must be able to log in; the objects are looked for once.
    mutating func broker(_ settings: Settings) async {
        var inspected = false
        for role in Settings.Role.allCases where role != .simulator {
            guard let url = try? settings.broker(role) else {
                say("broker", false, "\(role.rawValue) has no URL", advice: "set SWITCHBOARD_AMQP_URL")
                continue
            }
            var options = ConnectionOptions()
            options.name = "switchboard doctor"
            do {
                let missing = try await TopologyInspection(url: url, options: options).missing()
                say("broker", true, "\(role.rawValue) is taken at \(url)")
                guard !inspected else { continue }
                inspected = true
                say(
                    "objects", missing.isEmpty,
                    missing.isEmpty ? "all there" : "missing: \(missing.joined(separator: ", "))",
                    advice: "switchboard topology import Topology/definitions.json")
            } catch {
                say(
                    "broker", false, "\(role.rawValue) at \(url): \(error)",
                    advice: "start it, or mend the URL")
            }
        }
    }

    mutating func ledger(_ settings: Settings) async {
        do {
            let ledger = try await settings.ledger.open(creates: false, logger: CommandBroker.silent)
            let known = try await ledger.consentKnownAt()
            let oldest = try await ledger.status().bridges.filter { !$0.hasLeft }.min { $0.at < $1.at }
            let awaited = try await ledger.awaited(now: Date())
            let listings = try await ledger.listings()
            await ledger.close()
            say("ledger", true, "\(settings.ledger)")
            let age = known.map { Date().timeIntervalSince($0) }
            say(
                "consent", age.map { $0 < 10 } ?? false,
                age.map { "opt-outs are known up to \(Int($0)) s ago" } ?? "no bridge has reported yet",
                advice: "promotional messages wait; run a bridge and a recorder"
                    + (oldest.map { ", or `switchboard ledger retire \($0.name)` if that bridge is gone" } ?? ""))
            lookUps(awaited, listings)
        } catch {
            say("ledger", false, "\(error)", advice: "start the database, or mend SWITCHBOARD_LEDGER_URL or the file")
        }
    }

    /// What is due for an hour, and a comparison that is two days old, nobody attends to.
    private mutating func lookUps(_ awaited: [AwaitedCount], _ listings: [InboundListing]) {
        let all = awaited.reduce(0) { $0 + $1.all }
        let due = awaited.reduce(0) { $0 + $1.due }
        let late = awaited.filter { $0.dueSince.map { Date().timeIntervalSince($0) > 3600 } ?? false }
        say(
            "statuses", late.isEmpty,
            "\(all) messages without a final status, \(due) to be asked about"
                + (late.isEmpty ? "" : ", for over an hour in \(late.map(\.account).joined(separator: " "))"),
            advice: "run a bridge that knows the account; its log says why the provider does not answer")
        guard let oldest = listings.min(by: { $0.completeTo < $1.completeTo }) else { return }
        say(
            "inbound", Date().timeIntervalSince(oldest.completeTo) < 2 * 86_400,
            "compared with the provider's list up to \(formatRFC3339(oldest.completeTo)) (\(oldest.account))",
            advice: "run a bridge that knows the account; its log says why the list cannot be read")
    }

    mutating func provider(_ settings: Settings) async {
        if settings.accounts.isEmpty {
            say("provider", false, "no account", advice: "set TWILIO_ACCOUNT_SID and its siblings")
        }
        for (alias, entry) in settings.accounts.sorted(by: { $0.key < $1.key }) {
            var options = HTTPTransferOptions()
            options.timeout = .seconds(10)
            options.proxy = settings.proxy
            options.caFile = settings.caFile
            guard let loop = try? EventLoop(name: "doctor"), let client = try? HTTPClient(loop: loop, options: options)
            else {
                say(
                    "provider", false, "\(alias): no HTTP client can be made", advice: "mend http.proxy and http.caFile"
                )
                continue
            }
            switch await TwilioCarrier(account: entry.account, client: client, timeout: .seconds(10)).probe() {
            case .usable(let time):
                say("provider", true, "\(alias) is taken at \(entry.account.baseURL)")
                clock(time)
            case .refused(let error):
                say("provider", false, "\(alias): \(error)", advice: error.action)
            case .unreachable(let reason):
                say("provider", false, "\(alias): \(reason)", advice: "start it, or mend TWILIO_API_BASE_URL")
            }
            await client.shutdown()
        }
    }

    /// What the services that run with these settings say of themselves: which account is paused, since when and why.
    mutating func services(_ settings: Settings) async {
        guard let readiness = await ServiceReadiness.fetch(from: settings.adminListen) else {
            return say("services", true, "none run here at \(settings.adminListen)")
        }
        for check in readiness.checks {
            say(
                "services", check.ready && check.reason == nil,
                "\(shown(check.name)): \(check.reason.map(shown) ?? (check.ready ? "well" : "not ready"))",
                advice: "see Docs/operations.md, When it is stuck")
        }
    }

    /// Attempts and quiet hours go by this machine's clock; the provider's shows whether it is right.
    private mutating func clock(_ serverTime: Date?) {
        guard let serverTime else { return say("clock", true, "the provider told no time") }
        let skew = Date().timeIntervalSince(serverTime)
        say(
            "clock", abs(skew) < 5, "\(Int(skew.rounded())) s ahead of the provider's",
            advice: "set this machine's clock (chrony or systemd-timesyncd)")
    }
}
