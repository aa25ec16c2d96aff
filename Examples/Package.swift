// swift-tools-version: 6.1

import PackageDescription

// Whole programs that need `import Apus` alone. Each is `main.swift`, behind what its `Prelude.swift` takes for granted.
let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Apus", path: "..", traits: [])
  ],
  targets: [
    "TenLines", "TableOfHouses", "ModelAsFunction", "OwnLoop", "TwoModels", "SeveralInputs", "NewHead",
    "OwnParts", "TypedSearch", "WholeCommand",
  ].map { name in
    .executableTarget(
      name: name, dependencies: [.product(name: "Apus", package: "Apus")], exclude: ["Expected.txt"])
  }
)
