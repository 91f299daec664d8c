// swift-tools-version: 6.2

import PackageDescription

// What a long-lived process does with the library, again and again; Scripts/checks/soak builds and runs it.
let package = Package(
  name: "Soak",
  dependencies: [.package(name: "CodecLM", path: "../..")],
  targets: [
    .executableTarget(
      name: "Soak", dependencies: [.product(name: "CodecLM", package: "CodecLM")])
  ]
)
