internal import CPostgres

/// Owns libpq's connection. Stays on the loop, where its owner must ``finish()`` it.
final class ConnectionHandle {
    let pointer: OpaquePointer
    /// The socket that the loop watches at the moment.
    var watched: Int32?
    private let password: String?
    private var isFinished = false

    /// Starts to connect. Blocks for nothing: the URL's hosts are addresses.
    init(_ url: PostgresURL, _ options: PostgresOptions) throws(PostgresError) {
        var parameters = url.parameters
        if url.value("application_name") == nil { parameters.append(("application_name", options.applicationName)) }
        parameters.append(("client_encoding", "UTF8"))
        // Kerberos would look for tickets in files and on the network.
        parameters.append(("gssencmode", "disable"))
        password = url.value("password")
        var keywords = parameters.map { Self.copy($0.keyword) }
        var values = parameters.map { Self.copy($0.value) }
        defer { for text in keywords + values { text?.deallocate() } }
        keywords.append(nil)
        values.append(nil)
        guard let pointer = PQconnectStartParams(keywords, values, 0) else {
            throw PostgresError(.limit, detail: "no memory for a connection")
        }
        self.pointer = pointer
        // An error of the server is its SQLSTATE alone: its words quote values.
        PQsetErrorVerbosity(pointer, PQERRORS_SQLSTATE)
        cpostgres_ignore_notices(pointer)
    }

    private static func copy(_ text: String) -> UnsafePointer<CChar>? {
        let bytes = text.utf8CString
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { memory[index] = byte }
        return UnsafePointer(memory)
    }

    var socket: Int32 { PQsocket(pointer) }
    var isBroken: Bool { PQstatus(pointer) == CONNECTION_BAD }

    func finish() {
        guard !isFinished else { return }
        isFinished = true
        PQfinish(pointer)
    }

    /// Why there is no connection: what libpq says in its first line, and the SQLSTATE where the server gave one.
    var connectError: PostgresError {
        let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        let lines = text.split(separator: "\n").map { line in
            String(line.filter { $0.isASCII && !$0.isNewline && $0 != "\u{1B}" }.prefix(200))
        }
        let state = lines.lazy.compactMap { line in line.split(separator: " ").last.flatMap(Self.sqlState) }.first
        var detail = lines.first ?? ""
        if let password, !password.isEmpty, detail.contains(password) { detail = "" }
        return PostgresError(.connect, sqlState: state, detail: detail)
    }

    private static func sqlState(_ word: Substring) -> String? {
        let isState =
            word.utf8.count == 5
            && word.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
            && word.utf8.first.map { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "X") } == true
        return isState ? String(word) : nil
    }
}
