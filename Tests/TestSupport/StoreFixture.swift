package import CodecLM
package import Foundation

/// A folder of ``PlainCodec`` files and the store built from them.
package final class StoreFixture {
  package let folder: TemporaryFolder
  package var url: URL { folder("tokens") }

  /// Files `0000.jpg`, … whose canonical streams have these lengths.
  ///
  /// The stream's bytes depend on the file's number.
  package init(lengths: [Int]) throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder("images"), withIntermediateDirectories: false)
    for (index, length) in lengths.enumerated() {
      try folder.write(
        [UInt8(ascii: "P")] + Self.stream(index, length), to: "images/\(Self.name(index))")
    }
  }

  package static func name(_ index: Int) -> String { "\(index.padded(to: 4)).jpg" }

  package static func stream(_ index: Int, _ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0 &* 7) }
  }

  /// The files as they are now.
  package func source(
    _ codec: PlainCodec = PlainCodec(), codecKey: [UInt8] = [1], heldOutShare: Double = 0.2,
    mirrored: Bool = false, strict: Bool = false
  ) throws -> StreamSource {
    var source = StreamSource(
      try MediaFolder(folder("images")), codec: codec, codecKey: codecKey)
    source.heldOutShare = heldOutShare
    source.isMirrored = mirrored
    source.isStrict = strict
    return source
  }

  /// Builds or reuses the store; `rounds` is 1, or 0 when it was reused.
  package func build(
    codecKey: [UInt8] = [1], heldOutShare: Double = 0.2, strict: Bool = false,
    threads: Int = 2, rounds: inout Int
  ) throws -> TokenStore {
    rounds = 0
    return try TokenStore.build(
      source(codecKey: codecKey, heldOutShare: heldOutShare, strict: strict), .bytes, at: url,
      pool: WorkerPool(threads: threads), progress: { _ in rounds = 1 })
  }

  package func build(
    heldOutShare: Double = 0.2, mirrored: Bool = false, strict: Bool = false
  ) throws -> TokenStore {
    try TokenStore.build(
      source(heldOutShare: heldOutShare, mirrored: mirrored, strict: strict), .bytes, at: url)
  }
}
