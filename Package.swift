// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "CodecLM",
  products: [
    .library(name: "CodecLM", targets: ["CodecLM"]),
    .library(name: "CodecLMEvaluation", targets: ["CodecLMEvaluation"]),
    .executable(name: "jpeglm", targets: ["jpeglm"]),
  ],
  traits: [
    .trait(name: "AVC", description: "Models of H.264 video, by FFmpeg's libraries and libx264.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .systemLibrary(
      name: "CFFmpeg",
      pkgConfig: "libavfilter",
      providers: [.apt(["libavcodec-dev", "libavfilter-dev", "libavformat-dev"])]),
    .target(
      name: "CAVC",
      dependencies: [.target(name: "CFFmpeg", condition: .when(traits: ["AVC"]))],
      cSettings: [.define("CODECLM_AVC", .when(traits: ["AVC"]))],
      linkerSettings: ["avfilter", "avformat", "avcodec", "avutil"].map {
        .linkedLibrary($0, .when(traits: ["AVC"]))
      }),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "CFiles"),
    .target(
      name: "CodecLM",
      dependencies: [
        "COpenBLAS", "CZlib", "CJPEG", "CKernels", "CFiles",
        .target(name: "CAVC", condition: .when(traits: ["AVC"])),
      ],
      swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "CodecLMEvaluation",
      dependencies: ["CodecLM", "COpenBLAS", "CKernels"],
      swiftSettings: strict),
    .executableTarget(
      name: "jpeglm",
      dependencies: [
        "CodecLM", "CodecLMEvaluation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "TestSupport",
      dependencies: ["CodecLM"],
      path: "Tests/TestSupport",
      resources: [.copy("Fixtures")],
      swiftSettings: strict),
    .testTarget(
      name: "CodecLMTests",
      dependencies: ["CodecLM", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CodecLMEvaluationTests",
      dependencies: ["CodecLMEvaluation", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "jpeglmTests",
      dependencies: ["jpeglm", "TestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Programs of Scripts/checks, which use what other packages cannot see. Fuzz is linked with libFuzzer's main
// function, so it is no part of an ordinary build.
if Context.environment["CODECLM_CHECKS"] != nil {
  package.targets += ["Fuzz", "Soak"].map {
    .executableTarget(
      name: $0, dependencies: ["CodecLM", "CodecLMEvaluation"], path: "Tests/\($0)")
  }
}
