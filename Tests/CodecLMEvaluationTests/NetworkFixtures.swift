import CodecLM
import Foundation
import TestSupport
import Testing

/// Networks whose weights follow a rule, see Scripts/fixtures/make-networks.py.
enum NetworkFixtures {
  static func picture() throws -> PixelImage {
    let samples = try #require(try tensors("picture").floats("picture"))
    return PixelImage(width: 43, height: 26, channels: 3, samples: samples.map { UInt8($0) })
  }

  static func tensors(_ name: String) throws -> SafeTensors {
    try SafeTensors(Fixtures.url("networks/\(name).safetensors"))
  }

  /// Calls `body` with a file of a network's weights.
  @discardableResult
  static func withWeights<Result>(
    of name: String, leavingOut missing: String? = nil, _ body: (URL) throws -> Result
  ) throws -> Result {
    var shapes = try JSONDecoder().decode(
      [String: [Int]].self, from: Data(Fixtures.bytes("networks/\(name).json")))
    // In Unicode's order names of ASCII stand as in Python's.
    let salts = Dictionary(
      uniqueKeysWithValues: shapes.keys.sorted().enumerated().map { ($1, UInt32($0)) })
    if let missing { shapes[missing] = nil }
    return try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("weights.safetensors")
      var header: [String: Any] = [:]
      var bytes = Data()
      for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
        let start = bytes.count
        unsafe elements(salt: salts[name] ?? 0, shape, name)
          .withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [start, bytes.count]]
      }
      let json = try JSONSerialization.data(withJSONObject: header)
      let length = Data((0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) })
      try (length + json + bytes).write(to: url)
      return try body(url)
    }
  }

  private static func elements(salt: UInt32, _ shape: [Int], _ name: String) -> [Float] {
    let limit = shape.count == 4 ? (6 / Double(shape[1] * shape[2] * shape[3])).squareRoot() : 0
    let isScale = name.hasSuffix("weight") || name.hasSuffix("running_var")
    return (0..<shape.reduce(1, *)).map { index in
      var x = UInt32(index) &* 2_654_435_761 &+ salt
      x ^= x >> 15
      x &*= 2_246_822_519
      x ^= x >> 13
      let unit = Double(x) / 0x1p31 - 1
      return Float(shape.count == 4 ? unit * limit : isScale ? 1 + 0.2 * unit : 0.1 * unit)
    }
  }
}

/// The largest difference, relative to the largest number expected.
func relativeDifference(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  let largest = expected.reduce(0) { max($0, abs($1)) }
  return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
}
