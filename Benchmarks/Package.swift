// swift-tools-version: 6.2
import PackageDescription

/// The programs of the benchmark, in C on purpose: they are the yardstick and must cost less than what they measure.
/// A package of its own, so that nobody who builds Switchboard builds them.
let strict: [CSetting] = [
    .treatAllWarnings(as: .error),
    .enableWarning("all"),
    .enableWarning("extra"),
    .define("_GNU_SOURCE"),
]

func program(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["BenchShared"] + dependencies, path: folder, cSettings: strict)
}

let package = Package(
    name: "SwitchboardBenchmarks",
    products: [
        .executable(name: "bench-reference", targets: ["bench-reference"]),
        .executable(name: "bench-mock-api", targets: ["bench-mock-api"]),
        .executable(name: "bench-load", targets: ["bench-load"]),
    ],
    targets: [
        .systemLibrary(
            name: "CRabbitMQ", path: "CRabbitMQ", pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "BenchShared", dependencies: ["CRabbitMQ"], path: "Shared", cSettings: strict),
        program("bench-reference", "Reference", ["CRabbitMQ", "CCurl"]),
        program("bench-mock-api", "MockAPI", []),
        program("bench-load", "Load", ["CRabbitMQ"]),
    ]
)
