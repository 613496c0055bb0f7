import Foundation

/// Certificates of two authorities, made anew for every run.
struct TestCertificates {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "amqp-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for authority in ["ca", "other-ca"] {
            try openssl([
                "-x509", "-keyout", "\(authority).key", "-out", "\(authority).pem", "-subj", "/CN=\(authority)",
            ])
        }
        for (name, host) in [("server", "localhost"), ("elsewhere", "elsewhere.example")] {
            try openssl([
                "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "\(name).key", "-out", "\(name).pem", "-subj",
                "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)",
            ])
        }
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
            + arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw PeerError("openssl failed") }
    }
}

/// Speaks TLS to clients and hands the bytes on to a scripted broker.
final class TLSRelay {
    private let process = Process()
    let port: UInt16

    init(to broker: ScriptedBroker, certificate: String, in certificates: TestCertificates, maximum: String = "TLSv1_3")
        throws
    {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.program, "\(broker.port)", certificate, maximum]
        process.currentDirectoryURL = certificates.folder
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = output.fileHandleForReading.availableData
        guard let port = UInt16(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            throw PeerError("the TLS relay did not start")
        }
        self.port = port
    }

    func stop() {
        // A child inherits the signals that this thread blocks, so the polite one would not reach it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static let program = """
        import select, socket, ssl, sys, threading
        target, name, maximum = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[maximum]
        context.load_cert_chain(name + ".pem", name + ".key")
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)

        def serve(client):
            try:
                secure = context.wrap_socket(client, server_side=True)
            except OSError:
                return client.close()
            plain = socket.create_connection(("127.0.0.1", target))
            secure.setblocking(False)
            plain.setblocking(False)
            def write(sink, data):
                view = memoryview(data)
                while view:
                    try:
                        view = view[sink.send(view):]
                    except (BlockingIOError, ssl.SSLWantWriteError):
                        select.select([], [sink], [])
                    except ssl.SSLWantReadError:
                        select.select([sink], [], [])
            try:
                while True:
                    select.select([secure, plain], [], [])
                    for source, sink in ((secure, plain), (plain, secure)):
                        while True:
                            try:
                                data = source.recv(16384)
                            except (BlockingIOError, ssl.SSLWantReadError):
                                break
                            if not data:
                                return
                            write(sink, data)
            except OSError:
                pass
            finally:
                secure.close()
                plain.close()

        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """
}
