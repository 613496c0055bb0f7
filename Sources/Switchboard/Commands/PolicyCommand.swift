import ArgumentParser
import FoundationEssentials
import Messaging
import Policy

/// `switchboard policy`: reads, compares and tries policy files. Needs no broker, ledger, account or settings.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Checks, compares and tries policy files.",
        discussion: "Topology/schemas/policy.json describes such a file.",
        subcommands: [PolicyCheckCommand.self, PolicyDiffCommand.self, PolicyTestCommand.self, PolicyShowCommand.self])
}

/// `switchboard policy check`: whether a file can be used, and how old the data beside it is.
struct PolicyCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads a policy file, by default the shipped one, and tells its revision and data.")

    @Argument(help: "The policy file.") var file: String?

    func run() async throws {
        let engine = try PolicyFile.engine(file)
        printLine("policy \(engine.revision.name), revision \(engine.revision.revision)")
        for source in PolicyDataSource.all(now: Date()) { printLine(source.description) }
        let zones = TimeZoneDatabase.system
        for problem in zones.problems { complain("\(TimeZoneDatabase.systemFolder)/\(problem)") }
        if let missing = PolicyDataSource.missingZones(in: zones) {
            complain("tzdata lacks \(missing); promotional messages to where they are needed are blocked")
            throw ExitCode.failure
        }
    }
}

/// `switchboard policy diff`: what two files say differently.
struct PolicyDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Tells value by value what two policy files say differently.")

    @Argument(help: "A policy file; - is the shipped one.") var before: String
    @Argument(help: "The other; - is the shipped one.") var after: String

    func run() async throws {
        let files = try [before, after].map { path in
            try path == "-" ? PolicyDocument.shippedText : wrongConfiguration { try PolicyFile.bytes(path) }
        }
        for path in [before, after] where path != "-" { _ = try PolicyFile.engine(path) }
        for difference in try PolicyDifference.between(files[0], files[1]) { printLine(difference.description) }
    }
}

/// `switchboard policy test`: runs a file of cases.
struct PolicyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Judges the cases of a file and compares with what each expects.",
        discussion: """
            Each line is a send request in JSON as explain reads it, with "at" (an RFC 3339 instant), "expect" (outcome,
            rules, notBefore; what is left out is not compared) and, where a word of the recipient's is on record,
            "recorded" (none, granted or revoked). Exit code 1 when a case fails.
            """)

    @OptionGroup var choice: PolicyChoice
    @Argument(help: "The file of cases.") var cases: String

    func run() async throws {
        let engine = try choice.engine()
        let bytes = try wrongConfiguration { try PolicyFile.bytes(cases) }
        var passed = 0
        var failed = 0
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            if let why = Self.failure(Array(line), engine) {
                failed += 1
                printLine("line \(index + 1): \(why)")
            } else {
                passed += 1
            }
        }
        printLine("\(passed) passed, \(failed) failed")
        // A file without a case shows nothing.
        if failed > 0 || passed == 0 { throw ExitCode.failure }
    }

    private static func failure(_ line: [UInt8], _ engine: PolicyEngine) -> String? {
        do throws(RequestProblem) {
            return try PolicyCase(json: line).disagreement(with: engine)
        } catch {
            return error.description
        }
    }
}

/// `switchboard policy show`: the shipped file, to start from.
struct PolicyShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Prints the shipped policy file.")

    func run() async throws {
        print(String(decoding: PolicyDocument.shippedText, as: UTF8.self), terminator: "")
    }
}

/// Ends the command with the problem's one line and exit code 78.
private func wrongConfiguration<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let problem as SettingProblem {
        complain(problem.description)
        throw ExitCode.wrongConfiguration
    }
}
