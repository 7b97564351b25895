// swift-tools-version: 6.2
// Fenghuo: targets in pipeline order; each outside library lives in exactly one of them.
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// A target of ours, held to strict settings.
func ours(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "fenghuo",
    products: [
        .executable(name: "fenghuo", targets: ["fenghuo"]),
        // For tests, which load it into a platform (LD_PRELOAD).
        .library(name: "clockshift", type: .dynamic, targets: ["CClockShift"]),
        // For Benchmarks, which runs the platform and its parts inside one process.
        .library(
            name: "FenghuoPlatform",
            targets: [
                "Platform", "RuleFiles", "Ingest", "Engine", "Expression", "Events", "Messaging", "CZeroMQ",
                "TestSupport",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .target(name: "CZeroMQ", linkerSettings: [.linkedLibrary("zmq")]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CZstd", linkerSettings: [.linkedLibrary("zstd")]),
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CSodium", linkerSettings: [.linkedLibrary("sodium")]),
        .target(name: "CPrefetch"),
        .target(name: "CMalloc"),
        ours("CivilTime"),
        ours("Expression", ["CivilTime"]),
        ours("Events", ["CivilTime"]),
        ours("Engine", ["Events", "Expression", "CivilTime", "CPrefetch"]),
        ours("StrictYAML", ["Events", "CivilTime", yams]),
        ours("RuleFiles", ["Events", "Engine", "StrictYAML", "CivilTime", "CSodium"]),
        ours("Messaging", [deque, "CZeroMQ"]),
        ours("Ingest", ["Events", "Messaging", "CivilTime", "CSimdJSON", "CPrefetch"]),
        ours("Journal", ["Events", "CZstd", "CSodium", "CSQLite", grdb]),
        ours("AlertStore", ["Events", "Engine", "CSQLite", grdb]),
        ours("Client", ["Events", "Messaging", "StrictYAML", grdb]),
        ours("Delivery", ["Events", "AlertStore", "Messaging", "Client"]),
        ours("City", ["Events"]),
        ours("Platform", ["RuleFiles", "Ingest", "Journal", "AlertStore", "Delivery", "StrictYAML", "CMalloc", log]),
        .executableTarget(
            name: "fenghuo",
            dependencies: [
                "Platform", "RuleFiles", "StrictYAML", "Journal", "AlertStore", "Engine", "Client", "City", "Delivery",
                "Ingest", "CivilTime", log, arguments,
            ],
            swiftSettings: strict),
        .target(name: "CSpawn", path: "Tests/CSpawn"),
        .target(name: "CClockShift", path: "Tests/CClockShift"),
        .target(
            name: "TestSupport", dependencies: ["CSpawn", "Messaging"], path: "Tests/TestSupport", swiftSettings: strict
        ),
        .target(name: "CSimulation", path: "Tests/CSimulation"),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Platform", "Client", "Delivery", "Journal", "AlertStore", "Engine", "Events", "Messaging",
                "CSimulation", grdb, log, arguments,
            ],
            path: "Tests/Simulator", exclude: ["rules", "mutations", "mutations.sh"], swiftSettings: strict),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Platform", "RuleFiles", "StrictYAML", "Ingest", "Journal", "AlertStore", "Delivery", "Engine",
                "Expression", "Events", "Messaging", "TestSupport", grdb, log, arguments,
            ],
            path: "Tests/Fuzz", swiftSettings: strict),
        tests("CivilTimeTests", ["CivilTime"]),
        tests("ExpressionTests", ["Expression", "TestSupport"]),
        tests("EventsTests", ["Events"]),
        tests("EngineTests", ["Engine", "TestSupport"], exclude: ["Fixtures"]),
        tests("StrictYAMLTests", ["StrictYAML"]),
        tests("RuleFilesTests", ["RuleFiles", "TestSupport"]),
        tests("MessagingTests", ["Messaging", "TestSupport"]),
        tests("IngestTests", ["Ingest", "TestSupport"]),
        tests("JournalTests", ["Journal", "Events", "TestSupport", grdb], exclude: ["Fixtures"]),
        tests("AlertStoreTests", ["AlertStore", "Events", "Engine", "TestSupport", grdb], exclude: ["Fixtures"]),
        tests("DeliveryTests", ["Delivery", "Client", "AlertStore", "Messaging", "Engine", "Events", "TestSupport"]),
        tests("ClientTests", ["Client", "Events", "Messaging", "StrictYAML", "TestSupport"]),
        tests("CityTests", ["City", "Events"]),
        tests("PlatformTests", ["Platform", "City", "AlertStore", "Engine", "Events", grdb, log]),
        // Not on `simulate` itself: what stands before libc and libzmq there must not be linked into the tests.
        tests("SimulatorTests", ["TestSupport"]),
        // Not on `fuzz` itself: it ends by a trap of the product.
        tests("FuzzTests", ["TestSupport"]),
        tests("TidyTests", []),
        tests(
            "EndToEndTests",
            [
                "fenghuo", "Platform", "Client", "City", "AlertStore", "Engine", "Events", "Journal", "Messaging",
                "StrictYAML", "TestSupport", "CivilTime",
            ]
        ),
    ],
    cxxLanguageStandard: .cxx17
)
