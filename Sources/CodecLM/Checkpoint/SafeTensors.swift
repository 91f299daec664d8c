public import Foundation

/// A safetensors file: a JSON header of names, types, shapes and places, then the numbers.
///
/// The header is checked through before anything is read: every tensor inside the file, its size
/// that of its shape, no two overlapping.
public struct SafeTensors: Sendable {
  /// One tensor's header.
  public struct Entry: Sendable, Hashable {
    /// For instance `F32`.
    public let type: String
    /// Sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Place of the bytes in the file.
    let range: Range<Int>

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// The tensors by name.
  public let entries: [String: Entry]

  private let file: MappedFile
  private static let longestHeader = 100 << 20
  private static let sizes = [
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2,
    "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
  ]

  /// Maps a file and checks its header.
  ///
  /// - Throws: ``FileError``, ``NumericsError/cannotMap(path:reason:)``.
  public init(_ url: URL) throws {
    let file = try MappedFile(path: url.path)
    func malformed(_ reason: String) -> FileError { .malformed(path: url.path, reason: reason) }
    guard file.count >= 8 else { throw malformed("too short for a safetensors file") }
    let length = file.uint64(at: 0)
    guard length <= Self.longestHeader, Int(length) <= file.count - 8 else {
      throw malformed("its header reaches beyond its end")
    }
    let data = 8 + Int(length)
    let header: [String: HeaderValue]
    do {
      header = try JSONDecoder().decode(
        [String: HeaderValue].self, from: Data(file.bytes(8..<data)))
    } catch {
      throw malformed("its header is no safetensors JSON")
    }
    var entries: [String: Entry] = [:]
    for case (let name, .tensor(let type, let shape, let offsets)) in header {
      guard let size = Self.sizes[type] else { throw malformed("\(name) has type \(type)") }
      guard
        offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0],
        offsets[1] <= file.count - data
      else { throw malformed("\(name) reaches beyond the file") }
      var count = size
      for side in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: side)
        guard side >= 0, !overflow else { throw malformed("\(name) has an absurd shape") }
        count = product
      }
      guard count == offsets[1] - offsets[0] else {
        throw malformed("\(name) has a shape that does not fit its size")
      }
      entries[name] = Entry(
        type: type, shape: shape, range: data + offsets[0]..<data + offsets[1])
    }
    let ranges = entries.values.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(ranges, ranges.dropFirst())
    where first.upperBound > second.lowerBound {
      throw malformed("two tensors overlap")
    }
    self.file = file
    self.entries = entries
  }

  /// Reads the tensors of a layout into a buffer of that layout; F32, F16 and BF16 are widened.
  ///
  /// - Throws: ``FileError`` when one is missing or has another shape or type.
  package func load(
    _ layout: BufferLayout, prefix: String = "", into buffer: FloatBuffer
  ) throws {
    for region in layout.regions {
      guard let entry = entries[prefix + region.name] else {
        throw FileError.malformed(path: file.path, reason: "\(region.name) is missing")
      }
      guard entry.shape == region.shape else {
        throw FileError.malformed(
          path: file.path,
          reason: "\(region.name) has shape \(entry.shape), expected \(region.shape)")
      }
      guard let format = FloatFormat(rawValue: entry.type) else {
        throw FileError.malformed(
          path: file.path, reason: "\(region.name) has type \(entry.type), expected F32")
      }
      buffer.load(region.range, from: file, at: entry.range.lowerBound, as: format)
    }
  }

  /// The elements of a tensor of whole numbers (I64).
  package func integers(_ name: String) -> [Int]? {
    guard let entry = entries[name], entry.type == "I64" else { return nil }
    return (0..<entry.count).map {
      Int(truncatingIfNeeded: file.uint64(at: entry.range.lowerBound + 8 * $0))
    }
  }

  /// The elements of a floating-point tensor.
  package func floats(_ name: String) throws -> [Float]? {
    guard let entry = entries[name], let format = FloatFormat(rawValue: entry.type) else {
      return nil
    }
    let buffer = try FloatBuffer(count: entry.count)
    buffer.load(0..<entry.count, from: file, at: entry.range.lowerBound, as: format)
    return Matrix(buffer, rows: 1, columns: entry.count).elements
  }

  /// Writes the tensors of several buffers of one layout as F32; each buffer's names get its prefix.
  ///
  /// - Throws: ``FileError``; the file is then what it was before.
  package static func write(
    _ buffers: [(prefix: String, buffer: FloatBuffer)], _ layout: BufferLayout, to url: URL
  ) throws {
    var header: [String: HeaderValue] = ["__metadata__": .metadata(["format": "pt"])]
    var offset = 0
    for (prefix, _) in buffers {
      for region in layout.regions {
        let end = offset + 4 * region.count
        header[prefix + region.name] = .tensor("F32", region.shape, [offset, end])
        offset = end
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = [UInt8](try encoder.encode(header))
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }

    var file = try AtomicFile(url)
    try file.append(length + json)
    for (_, buffer) in buffers {
      for region in layout.regions {
        try buffer.withBytes(region.range) { bytes in try file.append(bytes) }
      }
    }
    try file.finish()
  }
}

private enum HeaderValue: Codable {
  case metadata([String: String])
  case tensor(String, [Int], [Int])

  private enum CodingKeys: String, CodingKey {
    case type = "dtype"
    case shape
    case offsets = "data_offsets"
  }

  init(from decoder: any Decoder) throws {
    if let fields = try? decoder.container(keyedBy: CodingKeys.self), fields.contains(.offsets) {
      self = .tensor(
        try fields.decode(String.self, forKey: .type),
        try fields.decode([Int].self, forKey: .shape),
        try fields.decode([Int].self, forKey: .offsets))
    } else {
      self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .metadata(let values):
      var container = encoder.singleValueContainer()
      try container.encode(values)
    case .tensor(let type, let shape, let offsets):
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(type, forKey: .type)
      try fields.encode(shape, forKey: .shape)
      try fields.encode(offsets, forKey: .offsets)
    }
  }
}
