import Foundation

/// A certificate authority, a certificate for `localhost` from it, and an authority that has nothing to do with them.
/// Made once for all tests, in a folder that goes away with the process.
struct Certificates: Sendable {
    private static let folder = FileManager.default.temporaryDirectory.appending(
        path: "http-tests-\(UUID().uuidString)")
    private static let making = Task { try await make() }

    static func shared() async throws -> Certificates {
        try await making.value
        return Certificates()
    }

    var authority: String { Self.path("authority.pem") }
    var otherAuthority: String { Self.path("other.pem") }
    var certificate: String { Self.path("server.pem") }
    var key: String { Self.path("server.key") }

    private static func path(_ name: String) -> String { folder.appending(path: name).path }

    private static func make() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: Certificates.folder) }
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-batch"]
        for name in ["authority", "other"] {
            try await openssl(
                ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-keyout", path("\(name).key")]
                    + ["-out", path("\(name).pem")] + newKey)
        }
        try await openssl(
            ["req", "-subj", "/CN=localhost", "-keyout", path("server.key"), "-out", path("server.csr")] + newKey)
        try Data("subjectAltName=DNS:localhost".utf8).write(to: folder.appending(path: "names"))
        try await openssl(
            ["x509", "-req", "-days", "2", "-in", path("server.csr"), "-CA", path("authority.pem")]
                + ["-CAkey", path("authority.key"), "-CAcreateserial", "-extfile", path("names")]
                + ["-out", path("server.pem")])
    }

    private static func openssl(_ arguments: [String]) async throws {
        try await ChildProgram(["openssl"] + arguments).finish()
    }
}

/// Whether a program of that name can be run.
func isInstalled(_ program: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
