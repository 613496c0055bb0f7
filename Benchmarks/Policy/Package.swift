// swift-tools-version: 6.2
import PackageDescription

/// Measures the policy through its public calls. A package of its own, so that nobody who builds Switchboard builds it.
let package = Package(
    name: "PolicyBenchmark",
    products: [.executable(name: "bench-policy", targets: ["bench-policy"])],
    dependencies: [
        .package(name: "Switchboard", path: "../.."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        // Counts what the program allocates.
        .target(name: "Allocations", path: "Allocations"),
        .executableTarget(
            name: "bench-policy",
            dependencies: [
                "Allocations", .product(name: "SwitchboardPolicy", package: "Switchboard"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], path: "Measure", swiftSettings: [.treatAllWarnings(as: .error)]),
    ]
)
