// swift-tools-version: 6.2
// What is fast and what is not: `make bench`. Its own package, so that the platform does not depend on its libraries.
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "fenghuo", path: ".."),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                .product(name: "FenghuoPlatform", package: "fenghuo"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
