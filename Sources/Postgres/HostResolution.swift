internal import CLinux
internal import Glibc

/// Finds the addresses of a URL's hosts on a thread of its own: the resolver blocks, and libpq would call it on the loop.
final class HostResolution: Sendable {
    private let url: PostgresURL
    private let completion: @Sendable (Result<PostgresURL, PostgresError>) -> Void

    /// Whether a host of the URL is a name. Without a host libpq takes a socket of this machine.
    static func isNeeded(_ url: PostgresURL) -> Bool {
        url.value("hostaddr") == nil && url.names("host").contains { !isAddress($0) }
    }

    /// Calls `completion` on the new thread with the URL and the addresses of its hosts.
    static func start(
        _ url: PostgresURL, completion: @escaping @Sendable (Result<PostgresURL, PostgresError>) -> Void
    ) throws(PostgresError) {
        let retained = Unmanaged.passRetained(HostResolution(url, completion))
        let code = linux_start_thread(
            1 << 20,
            { context in
                guard let context else { return nil }
                Unmanaged<HostResolution>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            retained.release()
            throw PostgresError(.limit, detail: "no thread to resolve names on")
        }
    }

    private init(
        _ url: PostgresURL, _ completion: @escaping @Sendable (Result<PostgresURL, PostgresError>) -> Void
    ) {
        self.url = url
        self.completion = completion
    }

    private func run() {
        linux_name_thread("postgres-names")
        completion(Result { () throws(PostgresError) in try resolved() })
    }

    /// Each host stands once for each of its addresses, so that libpq tries them all.
    private func resolved() throws(PostgresError) -> PostgresURL {
        let names = url.names("host")
        let ports = url.names("port")
        var hosts: [String] = []
        var addresses: [String] = []
        var places: [String] = []
        for (index, host) in names.enumerated() {
            let found = Self.isAddress(host) ? [host.hasPrefix("/") ? "" : host] : Self.addresses(of: host)
            for address in found {
                hosts.append(host)
                addresses.append(address)
                places.append(ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : "")
            }
        }
        guard !hosts.isEmpty else { throw PostgresError(.connect, detail: "the host's name cannot be resolved") }
        var url = url
        url.set("host", to: hosts.joined(separator: ","))
        url.set("hostaddr", to: addresses.joined(separator: ","))
        url.set("port", to: places.joined(separator: ","))
        return url
    }

    /// A number, the path of a socket's folder, or nothing, which means this machine.
    private static func isAddress(_ host: String) -> Bool {
        var memory = in6_addr()
        return host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@")
            || inet_pton(AF_INET, host, &memory) == 1 || inet_pton(AF_INET6, host, &memory) == 1
    }

    private static func addresses(of host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let code = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if code == 0 { addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)) }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
