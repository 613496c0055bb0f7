import ArgumentParser
import FoundationEssentials
import Policy

/// A policy file on disk.
enum PolicyFile {
    /// The bytes of a file.
    ///
    /// - Throws: ``SettingProblem`` that names it.
    static func bytes(_ path: String) throws(SettingProblem) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw SettingProblem("policy", "\(path) cannot be read")
        }
    }

    /// - Throws: ``SettingProblem`` with file, line and column.
    static func read(_ path: String) throws(SettingProblem) -> PolicyDocument {
        let bytes = try bytes(path)
        do throws(PolicyProblem) {
            return try PolicyDocument(yaml: bytes)
        } catch {
            throw SettingProblem("policy", "\(path):\(error.line == nil ? " " : "")\(error)")
        }
    }

    /// The named file's policy, or the shipped one; a wrong file ends the command with its one line and exit code 78.
    static func engine(_ path: String?, overlay: PolicyOverlay = .none) throws -> PolicyEngine {
        do throws(SettingProblem) {
            return PolicyEngine(try path.map(read) ?? .shipped, overlay: overlay)
        } catch {
            complain(error.description)
            throw ExitCode.wrongConfiguration
        }
    }
}
