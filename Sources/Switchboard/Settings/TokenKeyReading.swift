import FoundationEssentials
import Ledger
import Policy

/// Where the keys of recipient tokens come from.
enum TokenKeyReading {
    static func keys(
        _ variables: EnvironmentSettings, mode: Mode, ledger: LedgerLocation
    ) throws(SettingProblem) -> RecipientTokenKeys {
        let name = "SWITCHBOARD_TOKEN_KEYS"
        if let text = variables.text(name) {
            do {
                return try RecipientTokenKeys(text)
            } catch {
                throw SettingProblem(name, "\(error)")
            }
        }
        guard mode == .development else {
            throw SettingProblem(name, "is missing; k1:<base64 of 32 random bytes> is allowed")
        }
        guard case .sqlite(let path) = ledger else {
            throw SettingProblem(
                name, "is missing; who shares a database must share the keys: k1:<base64 of 32 random bytes> is allowed"
            )
        }
        return try developmentKeys(path: path + ".token-keys", setting: name)
    }

    /// In development a key is made once and kept beside the ledger, readable by the user alone. The file is written
    /// under another name and linked, so that two processes that start together agree on one key.
    private static func developmentKeys(path: String, setting: String) throws(SettingProblem) -> RecipientTokenKeys {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                let key = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
                let draft = path + ".\(ProcessInfo.processInfo.processIdentifier)"
                guard
                    FileManager.default.createFile(
                        atPath: draft, contents: Data("k1:\(key)".utf8), attributes: [.posixPermissions: 0o600])
                else { throw SettingProblem(setting, "is missing, and no key can be kept beside the ledger") }
                // Fails when the other process was first, whose key then holds.
                try? FileManager.default.linkItem(atPath: draft, toPath: path)
                try FileManager.default.removeItem(atPath: draft)
            }
            let data = try Data(contentsOf: URL(filePath: path))
            return try RecipientTokenKeys(String(decoding: data, as: UTF8.self))
        } catch let problem as SettingProblem {
            throw problem
        } catch {
            throw SettingProblem(setting, "is missing, and the key beside the ledger cannot be read")
        }
    }
}
