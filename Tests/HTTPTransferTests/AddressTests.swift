import Foundation
import HTTPTransfer
import Synchronization
import Testing

/// The fixture's clients allow loopback alone, as development mode does.
@Suite("HTTP client: addresses", .timeLimit(.minutes(1))) struct AddressTests {
    @Test(
        "every way to write an address that is not loopback is refused before anything is sent there",
        arguments: [
            "10.0.0.1", "0.0.0.0", "255.255.255.255", "192.0.2.1", "169.254.169.254", "167772161", "0x0a000001",
            "012.0.0.1", "10.1", "[::]", "[2001:db8::1]", "[::ffff:10.0.0.1]", "[fe80::1]",
        ])
    func refused(host: String) async throws {
        let request = HTTPRequest(method: .post, url: "http://\(host):1/", body: [1])
        let error = try #require(try await withClient { await failure(of: $0, request) })
        // A machine without IPv6 may fail before it asks.
        #expect(error.code == .refusedAddress || (host.hasPrefix("[") && error.code == .connect), "\(error)")
        #expect(!error.requestMayHaveBeenProcessed)
    }

    @Test("a name is judged by what it resolves to") func name() async throws {
        try await withServer { peer in
            try peer.readRequest()
            try peer.answer()
        } _: { server in
            let seen = Mutex<[PeerAddress]>([])
            let request = HTTPRequest(method: .post, url: "http://localhost:\(server.port)/", body: [1])
            let error = try await withClient {
                $0.allowsAddress = { address in
                    seen.withLock { $0.append(address) }
                    return false
                }
            } _: {
                await failure(of: $0, request)
            }
            #expect(error?.code == .refusedAddress)
            #expect(server.connectionCount == 0)
            let addresses = seen.withLock { $0 }
            #expect(!addresses.isEmpty)
            #expect(addresses.allSatisfy { $0.isLoopback && $0.port == server.port })
            let answered = try await withClient { try await status(of: $0, request) }
            #expect(answered == 200)
        }
    }

    /// The machine's own name, where the resolver knows it by an address of its network.
    @Test(
        "a name that resolves to another machine's network is refused",
        .enabled(if: ownAddress() != nil, "this machine's name does not resolve to an IPv4 address besides loopback"))
    func ownName() async throws {
        let request = HTTPRequest(method: .post, url: "http://\(ProcessInfo.processInfo.hostName):1/", body: [1])
        let error = try await withClient { await failure(of: $0, request) }
        #expect(error?.code == .refusedAddress)
        #expect(error?.requestMayHaveBeenProcessed == false)
    }

    @Test("a name that does not exist") func unknownName() async throws {
        let request = HTTPRequest(method: .post, url: "http://nobody.invalid/", body: [1])
        let error = try #require(try await withClient { await failure(of: $0, request) })
        #expect([.resolve, .timeout].contains(error.code), "\(error)")
        #expect(!error.requestMayHaveBeenProcessed)
    }

    @Test("loopback is known in all its forms") func loopback() {
        let zeros = [UInt8](repeating: 0, count: 10)
        let loopback: [[UInt8]] = [
            [127, 0, 0, 1], [127, 255, 0, 9], zeros + [0, 0, 0, 0, 0, 1], zeros + [255, 255, 127, 0, 0, 1],
        ]
        let others: [[UInt8]] = [
            [126, 0, 0, 1], [128, 0, 0, 1], [0, 0, 0, 0], zeros + [0, 0, 0, 0, 0, 0], zeros + [0, 0, 0, 0, 0, 2],
            zeros + [255, 255, 10, 0, 0, 1], zeros + [0, 0, 127, 0, 0, 1], [], [127],
        ]
        for bytes in loopback { #expect(PeerAddress(bytes: bytes, port: 80).isLoopback) }
        for bytes in others { #expect(!PeerAddress(bytes: bytes, port: 80).isLoopback) }
    }
}

/// The first IPv4 address besides loopback that the machine's name resolves to.
private func ownAddress() -> in_addr_t? {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(ProcessInfo.processInfo.hostName, nil, &hints, &found) == 0, let found else { return nil }
    defer { freeaddrinfo(found) }
    guard let address = found.pointee.ai_addr else { return nil }
    let ipv4 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
    return UInt32(bigEndian: ipv4) >> 24 == 127 ? nil : ipv4
}
