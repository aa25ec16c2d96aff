// swift-tools-version: 6.1

import PackageDescription

// A user of the library alone: without the trait `Command` nothing that only the command needs is resolved.
let package = Package(
  name: "LibraryUser",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Apus", path: "../../..", traits: [])
  ],
  targets: ["digits", "xor", "interchange"].map { name in
    .executableTarget(name: name, dependencies: [.product(name: "Apus", package: "Apus")])
  }
)
