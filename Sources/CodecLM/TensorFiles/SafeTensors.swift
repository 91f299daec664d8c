package import Foundation

/// A safetensors file: a JSON header of names, types, shapes and places, then the numbers.
///
/// The header is checked through before anything is read: every tensor inside the file, its size
/// that of its shape, one after another without overlap or gap, as the format demands.
package struct SafeTensors: TensorFile {
  /// Where the file is.
  package let path: String
  /// The tensors by name.
  package let tensors: [String: StoredTensor]
  /// What else the header says, by key.
  package let metadata: [String: String]

  // A hundred thousand tensors; decoding takes up to thirty times as much memory.
  private static let longestHeader = 16 << 20

  /// Maps a file and checks its header, and its checksum if it has one, as those of ``TrainingRun`` and
  /// ``Checkpoint/write(to:)`` do.
  ///
  /// - Throws: ``FileError``.
  package init(_ url: URL) throws(FileError) {
    let file = try MappedFile(path: url.path)
    func malformed(_ fault: Fault) -> FileError { .malformed(path: url.path, reason: fault) }
    guard file.count >= 8 else { throw malformed(.tooShort) }
    let length = file.uint64(at: 0)
    guard length <= Self.longestHeader else { throw malformed(.headerSize(length)) }
    guard Int(length) <= file.count - 8 else {
      throw malformed(.headerReachesBeyondFile)
    }
    let data = 8 + Int(length)
    let header: [String: SafeTensorsHeaderValue]
    do {
      header = try JSONDecoder().decode(
        [String: SafeTensorsHeaderValue].self, from: Data(file.bytes(8..<data)))
    } catch {
      throw malformed(.noHeader)
    }
    var tensors: [String: StoredTensor] = [:]
    var ranges: [Range<Int>] = []
    for (name, value) in header {
      guard case .tensor(let typeName, let shape, let offsets) = value else {
        guard name == "__metadata__" else { throw malformed(.noPlace(name)) }
        continue
      }
      guard let type = ElementType(rawValue: typeName) else {
        throw malformed(.type(name, typeName))
      }
      guard
        offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0],
        offsets[1] <= file.count - data
      else { throw malformed(.reachesBeyondFile(name)) }
      let range = data + offsets[0]..<data + offsets[1]
      do {
        tensors[name] = try StoredTensor(file, range, type: type, shape: shape)
      } catch .absurdShape {
        throw malformed(.absurdShape(name))
      } catch {
        throw malformed(.shape(name))
      }
      guard tensors[name]?.count == range.count / type.bytes, range.count % type.bytes == 0 else {
        throw malformed(.shape(name))
      }
      ranges.append(range)
    }
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var end = data
    for range in ranges {
      guard range.lowerBound >= end else { throw malformed(.overlap) }
      guard range.lowerBound == end else { throw malformed(.gap) }
      end = range.upperBound
    }
    guard end == file.count else { throw malformed(.gap) }
    path = url.path
    self.tensors = tensors
    if case .metadata(let values)? = header["__metadata__"] {
      metadata = values
    } else {
      metadata = [:]
    }
    if let written = metadata[Self.checksumKey] {
      let found = file.withBytes { CRC32C.value(of: $0.extracting(data..<file.count)) }
      guard UInt32(written, radix: 16) == found else {
        throw malformed(.wrongChecksum)
      }
    }
  }
}

/// A member of the header's object.
enum SafeTensorsHeaderValue: Codable {
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
