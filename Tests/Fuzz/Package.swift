// swift-tools-version: 6.2

import PackageDescription

// Fuzz targets for libFuzzer, whose main function takes the place of the program's own. Scripts/checks/fuzz
// builds and runs them, with the instrumentation that a package cannot ask for.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "CodecLM", path: "../..")],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "CodecLM", package: "CodecLM")])
  ]
)
