import Testing

@Suite("The modules and who knows whom") struct ImportGraphTests {
    @Test("the imports keep to the design's table, and the manifest agrees with them") func graph() throws {
        let graph = try SourceTree.graph()
        #expect(graph.breaches(of: .switchboard) == [])
    }

    @Test("every module of the table is there, and nothing else") func modules() throws {
        #expect(Set(try SourceTree.folders()) == Set(DesignTable.switchboard.modules))
        let targets = try SourceTree.graph().targets
        #expect(Set(targets.keys.filter { !$0.hasSuffix("Tests") }) == Set(DesignTable.switchboard.modules))
        // The reader of the manifest sees what is there: no module without a dependency but the words and C's.
        let lonely = targets.filter { $0.value.declared.isEmpty }.keys
        #expect(
            Set(lonely).subtracting(["StructureTests"])
                == ["Messaging", "CLinux", "CRabbitMQ", "CCurl", "CPostgres"])
    }
}

/// A check that cannot go red shows nothing: here it runs on graphs that are wrong in one way each.
@Suite("The check of the modules can go red") struct ImportGraphCheckTests {
    /// A graph that is as it should be.
    private let good = PackageGraph(targets: [
        "CCurl": .init(),
        "EventLoop": .init(declared: ["HeapModule"], imports: [Import("HeapModule"), Import("Glibc")]),
        "HTTPTransfer": .init(
            declared: ["EventLoop", "CCurl"],
            imports: [Import("EventLoop", access: "public"), Import("CCurl", access: "internal")]),
        "Messaging": .init(imports: [Import("FoundationEssentials", access: "public")]),
        "Policy": .init(declared: ["Messaging"], imports: [Import("Messaging", access: "public")]),
        "Bridge": .init(declared: ["Policy"], imports: [Import("Policy")]),
        "Outbound": .init(declared: ["Policy"], imports: [Import("Policy")]),
        "BridgeTests": .init(declared: ["Bridge"], imports: [Import("Bridge"), Import("Testing")]),
    ])

    private func breaches(_ change: (inout PackageGraph) -> Void) -> [String] {
        var graph = good
        change(&graph)
        return graph.breaches(of: .switchboard)
    }

    /// Declares and imports, so that only the table can object.
    private func breaches(_ name: String, imports module: String, access: String? = nil) -> [String] {
        breaches {
            $0.targets[name]?.declared.insert(module)
            $0.targets[name]?.imports.insert(Import(module, access: access))
        }
    }

    @Test("what is right has no breach") func right() {
        #expect(breaches { _ in } == [])
    }

    @Test(
        "to the right, beside, or a stranger",
        arguments: [
            ("Messaging", "Policy"), ("EventLoop", "HTTPTransfer"), ("HTTPTransfer", "AMQP"), ("Policy", "EventLoop"),
            ("EventLoop", "Messaging"), ("Bridge", "Outbound"), ("Outbound", "Bridge"), ("Policy", "Bridge"),
            ("Messaging", "Switchboard"), ("Bridge", "CCurl"), ("Messaging", "CLinux"),
        ]) func direction(name: String, module: String)
    {
        #expect(breaches(name, imports: module).contains("\(name) may not import \(module)"))
    }

    @Test("C stays within its driver", arguments: ["public", "package", "fileprivate"]) func cLibraries(access: String)
    {
        #expect(
            breaches("HTTPTransfer", imports: "CCurl", access: access)
                == ["HTTPTransfer imports CCurl otherwise than internally"])
        let reexported = breaches {
            $0.targets["HTTPTransfer"]?.imports.insert(Import("CCurl", isReexported: true))
        }
        #expect(reexported == ["HTTPTransfer imports CCurl otherwise than internally"])
    }

    @Test("no Foundation where its small part must do") func foundation() {
        let found = breaches { $0.targets["Policy"]?.imports.insert(Import("Foundation")) }
        #expect(found == ["Policy imports Foundation instead of FoundationEssentials"])
    }

    @Test("a dependency that is not declared, or not used, of modules and tests") func manifest() {
        #expect(
            breaches { $0.targets["Bridge"]?.imports.insert(Import("Logging")) }
                == ["Bridge imports Logging and does not declare it"])
        #expect(
            breaches { $0.targets["BridgeTests"]?.declared.insert("Twilio") }
                == ["BridgeTests declares Twilio and does not import it"])
    }

    @Test("a module that the design does not know") func unknown() {
        #expect(breaches { $0.targets["Utilities"] = .init() } == ["Utilities stands nowhere in the design's table"])
    }

    @Test(
        "import statements as they are written",
        arguments: [
            ("import AMQP", "AMQP", nil, false),
            ("  public import struct Foundation.Date", "Foundation", "public", false),
            ("@testable import Bridge", "Bridge", nil, false), ("internal import CCurl", "CCurl", "internal", false),
            ("@_exported import AMQP", "AMQP", nil, true),
            ("@preconcurrency public import GRDB;", "GRDB", "public", false),
        ] as [(String, String, String?, Bool)])
    func statements(line: String, module: String, access: String?, isReexported: Bool) {
        #expect(Import(line: line) == Import(module, access: access, isReexported: isReexported))
    }

    @Test(
        "lines that are none",
        arguments: ["", "// import AMQP", "let import = 1", "/// import of all", "importing X", "import"])
    func noStatements(line: String) {
        #expect(Import(line: line) == nil)
    }

    @Test("another language's imports within a text are none") func texts() {
        let source = """
            import AMQP
            let script = #\"""
                imp\u{6F}rt socket
                \"""#
            let other = \"""
                \"""
            import Bridge
            """
        #expect(Import.statements(of: source) == [Import("AMQP"), Import("Bridge")])
    }

    @Test("the manifest is read as it is written") func reading() {
        let manifest = Manifest(
            """
            // swift-tools-version: 6.2
            func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target { .target(name: name) }
            let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
            let package = Package(
                targets: [
                    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
                    module("Messaging", []),  // module("Comment", ["Nothing"])
                    module(
                        "Policy", ["Messaging", crypto, .product(name: "HeapModule", package: "swift-collections")],
                        resources: [.embedInCode("a.csv")]),
                    .executableTarget(name: "Switchboard", dependencies: ["Policy"]),
                    tests("PolicyTests", ["Policy"]),
                ])
            """)
        #expect(
            manifest.dependencies == [
                "CCurl": [], "Messaging": [], "Policy": ["Messaging", "Crypto", "HeapModule"],
                "Switchboard": ["Policy"],
                "PolicyTests": ["Policy"],
            ])
    }
}
