// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Apus", path: "..", traits: []),
    // Without its traits: they count allocations by standing between the program and the system.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    // What is measured, for both programs.
    .target(
      name: "Workloads", dependencies: [.product(name: "Apus", package: "Apus")], swiftSettings: settings),
    // Prints JSON lines for compare.py, and figures of the kernels.
    .executableTarget(name: "apus-benchmark", dependencies: ["Workloads"], swiftSettings: settings),
    // `swift package benchmark`
    .executableTarget(
      name: "ApusBenchmarks",
      dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/ApusBenchmarks",
      swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
