// swift-tools-version: 6.2
import PackageDescription

/// Measures the ledger through its public calls. A package of its own, so that nobody who builds Switchboard builds it.
let package = Package(
    name: "LedgerBenchmark",
    products: [.executable(name: "bench-ledger", targets: ["bench-ledger"])],
    dependencies: [
        .package(name: "Switchboard", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "bench-ledger",
            dependencies: [
                .product(name: "SwitchboardLedger", package: "Switchboard"),
                .product(name: "Logging", package: "swift-log"),
            ], path: "Measure", swiftSettings: [.treatAllWarnings(as: .error)])
    ]
)
