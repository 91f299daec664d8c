package import Foundation

/// Values as JSON files; errors name the file.
package enum JSONFile {
  /// Far above any description of a model.
  private static let largest = 64 << 20

  /// How a value's keys are spelled in a file.
  package enum Keys: Sendable {
    /// As the value declares them, but for these names, each read as the one beside it.
    case declared(olderNames: [String: String] = [:])
    /// The words of a declared `camelCase` apart, as `snake_case`; also read as they are declared.
    case snakeCase
  }

  /// Writes a value with sorted keys; the file appears complete or not at all.
  package static func write(
    _ value: some Encodable, to url: URL, keys: Keys = .declared()
  ) throws {
    let encoder = JSONEncoder()
    if case .snakeCase = keys { encoder.keyEncodingStrategy = .convertToSnakeCase }
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](try encoder.encode(value)) + [0x0a], to: url)
  }

  /// Reads a value.
  ///
  /// - Throws: ``FileError``, and what the value's own decoding throws.
  package static func read<Value: Decodable>(
    _ type: Value.Type, _ url: URL, keys: Keys = .declared()
  ) throws -> Value {
    let bytes = try FileBytes.read(url.path, limit: largest)
    let decoder = JSONDecoder()
    switch keys {
    case .snakeCase: decoder.keyDecodingStrategy = .convertFromSnakeCase
    case .declared(let olderNames) where !olderNames.isEmpty:
      decoder.keyDecodingStrategy = .custom { path in
        let key = path[path.count - 1]
        return olderNames[key.stringValue].map(Name.init) ?? key
      }
    case .declared: break
    }
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw FileError.malformed(path: url.path, reason: JSONFault(error, keys))
    }
  }

  /// A key that no type declares.
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}

extension JSONFile.Keys {
  /// A declared key as it stands in the file.
  fileprivate func spelling(_ key: any CodingKey) -> String {
    guard case .snakeCase = self, key.intValue == nil else { return key.stringValue }
    return key.stringValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
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

  init(_ error: DecodingError, _ keys: JSONFile.Keys) {
    self =
      switch error {
      case .keyNotFound(let key, _): .missing(key: keys.spelling(key))
      case .typeMismatch(_, let context), .valueNotFound(_, let context):
        .wrongType(path: context.codingPath.map(keys.spelling).joined(separator: "."))
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
