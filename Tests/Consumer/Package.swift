// swift-tools-version: 6.0

import PackageDescription

// A package as a user would write it. It depends on nothing but the library product, so that it also
// shows what a consumer has to link.
let package = Package(
  name: "Consumer",
  dependencies: [.package(name: "CodecLM", path: "../..")],
  targets: [
    .executableTarget(
      name: "Consumer", dependencies: [.product(name: "CodecLM", package: "CodecLM")])
  ]
)
