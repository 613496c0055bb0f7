// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built alike: Swift 6 mode, every warning an error, imports internal unless they say `public`.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let deques: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "Switchboard",
    products: [
        .executable(name: "switchboard", targets: ["Switchboard"]),
        // For the benchmarks of the ledger and of the policy alone.
        .library(name: "SwitchboardLedger", targets: ["Ledger", "Messaging"]),
        .library(name: "SwitchboardPolicy", targets: ["Policy", "Messaging"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // Drivers: plain, no word of messaging
        module(
            "EventLoop",
            [
                "CLinux",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        module("AMQP", ["EventLoop", "CRabbitMQ", "CLinux", logging]),
        module("HTTPTransfer", ["EventLoop", "CCurl"]),
        module("Postgres", ["EventLoop", "CPostgres", "CLinux"]),
        module("Journal", ["CLinux", crypto, logging]),

        // Words and rules
        module("Messaging", []),
        module(
            "Policy", ["Messaging", crypto, "Yams"],
            resources: [
                .embedInCode("Resources/keywords.csv"), .embedInCode("Resources/opt_out_phrases.csv"),
                .embedInCode("Resources/recipient_zones.txt"),
                .embedInCode("Resources/number_plan.txt"), .embedInCode("Resources/default_policy.yaml"),
            ]),

        // Adapters
        module(
            "Twilio", ["Messaging", "HTTPTransfer", crypto],
            resources: [.embedInCode("Resources/error_codes.csv")]),
        module(
            "Ledger",
            [
                "EventLoop", "Postgres", "Messaging", logging, crypto, grdb,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        module("Topics", ["AMQP", "Messaging"]),
        module(
            "Observability",
            ["Messaging", "Policy", logging, metrics, lifecycle, hummingbird, httpTypes, nioCore]),

        // Services
        module(
            "Outbound",
            [
                "Observability", "EventLoop", "AMQP", "Messaging", "Policy", "Topics",
                logging, lifecycle, mustache, deques,
            ]),
        module(
            "Bridge",
            [
                "Observability", "EventLoop", "AMQP", "Journal", "Messaging", "Policy", "Twilio", "Topics",
                logging, lifecycle, hummingbird, httpTypes,
            ]),
        module(
            "Recorder",
            [
                "Observability", "EventLoop", "AMQP", "Messaging", "Topics", logging, lifecycle,
            ]),
        module(
            "Simulator",
            [
                "EventLoop", "HTTPTransfer", "Messaging", "Policy", "Twilio",
                logging, lifecycle, hummingbird, hummingbirdCore, httpTypes, nioCore, mustache,
            ],
            resources: [.embedInCode("Resources/phones.mustache"), .embedInCode("Resources/phone.mustache")]),

        // The program
        .executableTarget(
            name: "Switchboard",
            dependencies: [
                "EventLoop", "AMQP", "HTTPTransfer", "Journal", "Messaging", "Policy", "Twilio", "Ledger", "Topics",
                "Observability",
                "Outbound", "Bridge", "Recorder", "Simulator", logging, metrics, lifecycle, unixSignals, "Yams",
                argumentParser,
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict),

        // Unit tests: no input or output
        tests("MessagingTests", ["Messaging"]),
        tests("PolicyTests", ["Policy", "Messaging", crypto]),
        tests("TwilioTests", ["Twilio", "HTTPTransfer", "Messaging"]),
        tests("ObservabilityTests", ["Observability", "Messaging", logging, metrics]),
        tests("TopicsTests", ["Topics", "AMQP", "Messaging"]),
        tests(
            "OutboundTests",
            ["Outbound", "Topics", "Messaging", "Observability", "Policy", "AMQP", "EventLoop", logging]),
        tests(
            "BridgeTests",
            [
                "Bridge", "Topics", "Journal", "Messaging", "Observability", "Policy", "Twilio", "EventLoop",
                "HTTPTransfer", logging, hummingbird, httpTypes, hummingbirdTesting,
            ]),
        tests("RecorderTests", ["Recorder", "AMQP", "Messaging", logging]),
        tests(
            "SimulatorTests",
            [
                "Simulator", "Twilio", "HTTPTransfer", "EventLoop", "Messaging", crypto, logging, lifecycle,
                hummingbird,
                hummingbirdTesting, httpTypes, nioCore,
            ]),
        tests(
            "SwitchboardTests",
            [
                "Switchboard", "AMQP", "Ledger", "Messaging", "Outbound", "Policy", "Topics", "Twilio", argumentParser,
                logging,
            ]),
        tests("StructureTests", []),

        // Component tests: a scripted peer on loopback, or a file of our own
        tests("EventLoopTests", ["EventLoop"]),
        tests("AMQPTests", ["AMQP", "EventLoop", "CRabbitMQ", logging]),
        tests("HTTPTransferTests", ["HTTPTransfer", "EventLoop"]),
        tests("JournalTests", ["Journal", crypto, logging]),
        tests("PostgresTests", ["Postgres", "EventLoop"]),
        tests("LedgerTests", ["Ledger", "Postgres", "EventLoop", "Messaging", logging, grdb]),

        // Live tests: a real RabbitMQ, started by Scripts/test
        tests("LiveTests", ["AMQP", "EventLoop", logging]),
    ]
)
