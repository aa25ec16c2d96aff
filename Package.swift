// swift-tools-version: 6.1

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Apus",
  platforms: [.macOS(.v15)],  // Synchronization.Mutex and Atomic
  products: [
    .library(name: "Apus", targets: ["Apus"]),
    .executable(name: "apus", targets: ["ApusCLI"]),
  ],
  traits: [
    .trait(name: "Command", description: "The `apus` command and what only it needs."),
    .trait(name: "Server", description: "The playground, and the server that it needs."),
    .default(enabledTraits: ["Command", "Server"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // The playground's server, without what it would need of Foundation and of configuration files.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    // The inner loops. Kernels/ holds templates that are included once per instruction set.
    .target(name: "CApus"),
    .target(name: "ApusSystem", swiftSettings: settings),
    .target(name: "ApusCore", dependencies: ["CApus", "ApusSystem"], swiftSettings: settings),
    // zlib, for .gz files; its headers are part of every official Swift image.
    .systemLibrary(name: "CZlib"),
    // JPEG, through a library that is looked for at run time.
    .target(name: "CJPEG"),
    .target(name: "ApusData", dependencies: ["ApusCore", "CZlib", "CJPEG"], swiftSettings: settings),
    .target(name: "ApusNN", dependencies: ["ApusCore", "ApusData"], swiftSettings: settings),
    .target(
      name: "ApusTraining", dependencies: ["ApusNN", "ApusData"], swiftSettings: settings),
    .target(
      name: "ApusRuns",
      dependencies: ["ApusTraining", .product(name: "Yams", package: "Yams")], swiftSettings: settings),
    // MPI, through a library that is looked for at run time.
    .target(name: "CMPI"),
    .target(
      name: "ApusMPI", dependencies: ["ApusTraining", "ApusCore", "CMPI"], swiftSettings: settings),
    .target(name: "ApusViews", dependencies: ["ApusRuns"], swiftSettings: settings),
    // The lectures' claims as experiments, for the command.
    .target(name: "ApusLabs", dependencies: ["ApusViews"], swiftSettings: settings),
    .target(
      name: "ApusStudio",
      dependencies: [
        "ApusViews",
        .product(
          name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Server"])),
      ],
      resources: [.embedInCode("Page")], swiftSettings: settings),
    .target(
      name: "Apus",
      dependencies: ["ApusCore", "ApusNN", "ApusData", "ApusTraining", "ApusMPI", "ApusRuns", "ApusViews"],
      swiftSettings: settings),
    .executableTarget(
      name: "ApusCLI",
      dependencies: [
        "Apus", "ApusLabs", .target(name: "ApusStudio", condition: .when(traits: ["Server"])),
        .product(
          name: "ArgumentParser", package: "swift-argument-parser",
          condition: .when(traits: ["Command"])),
      ],
      swiftSettings: settings),
    // What the tests share: the fixtures, running a graph, and a count of allocations.
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .target(
      name: "TestSupport", dependencies: ["ApusCore", "ApusData"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "ApusCoreTests", dependencies: ["ApusCore", "TestSupport", "AllocationCounter"],
      swiftSettings: settings),
    .testTarget(
      name: "ApusNNTests", dependencies: ["ApusNN", "ApusData", "ApusCore", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ApusDataTests", dependencies: ["ApusData", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ApusTrainingTests", dependencies: ["Apus", "TestSupport", "AllocationCounter"],
      swiftSettings: settings),
    // What is started by launchers of MPI in tests, and measures reductions.
    .executableTarget(
      name: "apus-ranks", dependencies: ["ApusMPI", "ApusTraining", "ApusCore", "CMPI"], path: "Tests/Ranks",
      swiftSettings: settings),
    .testTarget(
      name: "ApusMPITests", dependencies: ["ApusMPI", "ApusTraining", "ApusCore"], swiftSettings: settings),
    .testTarget(name: "ApusViewsTests", dependencies: ["ApusViews"], swiftSettings: settings),
    .testTarget(name: "ApusLabsTests", dependencies: ["ApusLabs"], swiftSettings: settings),
    .testTarget(
      name: "ApusStudioTests", dependencies: ["ApusStudio", "ApusLabs"], swiftSettings: settings),
    .testTarget(
      name: "ApusCLITests", dependencies: ["ApusRuns"], exclude: ["Expected"], swiftSettings: settings),
  ]
)
