import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport

/// Features whose distances other programs computed, and normal ones.
enum FeatureSets {
  struct Distances: Decodable {
    let frechet_a_b: Double
    let frechet_a_few: Double
    let kernel_a_b: Double
    let precision_a_b: Double
    let recall_a_b: Double
  }

  static func distances() throws -> Distances {
    try JSONDecoder().decode(
      Distances.self, from: Data(try Fixtures.bytes("evaluation/distances.json")))
  }

  /// `a`, `b` or `few` of the fixture.
  static func named(_ name: String) throws -> Features {
    let file = try SafeTensors(Fixtures.url("evaluation/features.safetensors"))
    let floats = file.floats(name) ?? []
    return Features(try .of(floats, rows: floats.count / 12, columns: 12))
  }

  static func normal(
    _ rows: Int, _ columns: Int, seed: UInt64, mean: Float = 0
  ) throws -> Features {
    Features(
      try .of(
        normals(rows * columns, seed: seed).map { $0 + mean }, rows: rows, columns: columns))
  }
}

extension DoubleMatrix {
  /// A matrix with the given diagonal and zeros elsewhere.
  static func diagonal(_ elements: [Double]) throws -> DoubleMatrix {
    let matrix = try DoubleMatrix(rows: elements.count, columns: elements.count)
    for (index, element) in elements.enumerated() { matrix[index, index] = element }
    return matrix
  }

  /// The product of a column and a row.
  static func outer(_ column: [Double], _ row: [Double]) throws -> DoubleMatrix {
    try DoubleMatrix(
      rows: column.count, columns: row.count, column.flatMap { x in row.map { x * $0 } })
  }
}
