import ArgumentParser
import FoundationEssentials
import Messaging
import Policy

/// What a word of one person covers.
struct ConsentScopeOptions: ParsableArguments {
    @Option(help: "The messaging service's SID, or the sender's number, that it is about.") var program: String?
    @Flag(help: "It is about every program.") var everything = false
    @Option(help: "When it was said, RFC 3339; now by default.") var at: String?

    func validate() throws {
        guard (program != nil) != everything else { throw ValidationError("give either --program or --everything") }
        if let program, !isProgram(program) {
            throw ValidationError("--program is neither a messaging service's SID nor a number")
        }
        guard let at else { return }
        guard let instant = parseRFC3339(at), instant <= Date() else {
            throw ValidationError("--at is not an RFC 3339 instant that has been")
        }
    }

    func apply(_ kind: ConsentChange.Kind, to person: PersonArgument, evidence: String) async throws {
        let address = try person.address()
        let at = at.flatMap(parseRFC3339) ?? Date()
        try await ConsentCommand.withLedger { ledger, settings in
            guard let token = settings.tokenKeys.tokens(for: address).first else { throw ExitCode.failure }
            let change = ConsentChange(
                kind: kind, recipient: token, programs: [program ?? ConsentChange.everything],
                evidence: ConsentLine.apart(evidence, "operator"),
                keyword: nil, at: at)
            let trail = try await AuditTrail(ledger, settings)
            try await trail.note(
                kind == .revoked ? "consent.revoke" : "consent.grant", subject: token, reason: evidence,
                details: ["program": change.programs.first, "at": formatRFC3339(at)])
            guard try await ledger.apply(change) else {
                complain("nothing was changed: a later word stands; see `switchboard consent show`")
                throw ExitCode.failure
            }
            printLine("\(kind.rawValue) at \(formatRFC3339(at))")
        }
    }
}

/// `switchboard consent revoke`: a no that came another way, by a letter or a call.
struct ConsentRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Records a no that came another way than by a reply.")

    @OptionGroup var person: PersonArgument
    @OptionGroup var scope: ConsentScopeOptions
    @Option(help: "What stands behind it, such as a ticket's number.") var evidence = "operator"

    func validate() throws {
        if let problem = ConsentLine.problem(evidence: evidence) { throw ValidationError("--evidence \(problem)") }
    }

    func run() async throws { try await scope.apply(.revoked, to: person, evidence: evidence) }
}

/// `switchboard consent grant`: a yes that came another way.
struct ConsentGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Records a yes that came another way than by a reply.",
        discussion: """
            It lifts an earlier no of the person here. What the provider or the network blocks it does not lift: there only \
            the person's own START or UNSTOP does, and the next refusal records the no again.
            """)

    @OptionGroup var person: PersonArgument
    @OptionGroup var scope: ConsentScopeOptions
    @Option(help: "What stands behind it, such as the id of a signed form.") var evidence: String

    func validate() throws {
        if let problem = ConsentLine.problem(evidence: evidence) { throw ValidationError("--evidence \(problem)") }
    }

    func run() async throws { try await scope.apply(.granted, to: person, evidence: evidence) }
}
