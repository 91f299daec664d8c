package import Foundation

/// Values as JSON files; errors name the file.
package enum JSONFile {
  /// Far above any description of a model.
  private static let largest = 64 << 20

  /// Writes a value with sorted keys; the file appears complete or not at all.
  package static func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](try encoder.encode(value)) + [0x0a], to: url)
  }

  /// Reads a value.
  ///
  /// - Throws: ``FileError``, and what the value's own decoding throws.
  package static func read<Value: Decodable>(_ type: Value.Type, _ url: URL) throws -> Value {
    let bytes = try FileBytes.read(url.path, limit: largest)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw FileError.malformed(path: url.path, reason: JSONFault(error))
    }
  }
}

/// Why a file is no JSON of the expected form.
package enum JSONFault: FileFault {
  /// An object has no member of this name.
  case missing(key: String)
  /// What stands at a path, of keys with dots between them, has another type.
  case wrongType(path: String)
  /// It is no JSON, or a value is none of those allowed.
  case unexpected

  init(_ error: DecodingError) {
    self =
      switch error {
      case .keyNotFound(let key, _): .missing(key: key.stringValue)
      case .typeMismatch(_, let context), .valueNotFound(_, let context):
        .wrongType(path: context.codingPath.map(\.stringValue).joined(separator: "."))
      default: .unexpected
      }
  }

  package var description: String {
    switch self {
    case .missing(let key): "\(key) is missing"
    case .wrongType(let path): "\(path) has the wrong type"
    case .unexpected: "no JSON of the expected form"
    }
  }
}
