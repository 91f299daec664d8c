public import Foundation

/// A model with what its tokens mean: parameters, tokenizer and the codec's profile.
///
/// On disk it is a Hugging Face Llama folder (`config.json`, `model.safetensors`, `tokenizer.json`)
/// with the profile beside it (`codec.json`).
public struct Checkpoint: Sendable {
  /// The model.
  public let model: Llama
  /// Bytes ↔ tokens.
  public let tokenizer: Tokenizer
  /// What the bytes are.
  public let codec: CodecProfile

  static let configurationFile = "config.json"
  static let codecFile = "codec.json"
  static let tokenizerFile = "tokenizer.json"
  static let weightsFile = "model.safetensors"

  /// A checkpoint of what is at hand.
  public init(_ model: Llama, _ tokenizer: Tokenizer, _ codec: CodecProfile) {
    self.model = model
    self.tokenizer = tokenizer
    self.codec = codec
  }

  /// Opens a folder.
  ///
  /// - Throws: ``FileError`` that names the file which is missing or malformed,
  ///   ``LlamaConfigurationError``, ``NumericsError``.
  public init(_ folder: URL) throws {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw FileError.malformed(path: folder.path, reason: "no such folder; check the path")
    }
    let configuration = try Self.read(
      LlamaConfiguration.self, folder.appendingPathComponent(Self.configurationFile))
    codec = try Self.read(CodecProfile.self, folder.appendingPathComponent(Self.codecFile))
    let tokenizerFile = folder.appendingPathComponent(Self.tokenizerFile)
    do {
      tokenizer = try Tokenizer(fileContents: try Self.contents(tokenizerFile))
    } catch let error as DecodingError {
      throw FileError.malformed(path: tokenizerFile.path, reason: Self.describe(error))
    }
    guard configuration.vocabulary == tokenizer.count else {
      throw FileError.malformed(
        path: folder.appendingPathComponent(Self.configurationFile).path,
        reason: "vocab_size is \(configuration.vocabulary), the tokenizer has \(tokenizer.count)")
    }
    model = try Llama(zero: configuration)
    let weights = try SafeTensors(folder.appendingPathComponent(Self.weightsFile))
    try weights.load(model.layout.buffer, into: model.parameters.buffer)
  }

  /// Writes the folder, each file complete or not at all.
  ///
  /// - Throws: ``FileError``.
  public func write(to folder: URL) throws {
    try writeDescription(to: folder)
    try writeWeights(to: folder.appendingPathComponent(Self.weightsFile))
  }

  /// Writes everything but the weights.
  package func writeDescription(to folder: URL) throws {
    try Self.makeFolder(folder)
    try Self.write(
      model.configuration, to: folder.appendingPathComponent(Self.configurationFile))
    try Self.write(codec, to: folder.appendingPathComponent(Self.codecFile))
    try AtomicFile.write(
      try tokenizer.fileContents(), to: folder.appendingPathComponent(Self.tokenizerFile))
  }

  package func writeWeights(to url: URL) throws {
    try SafeTensors.write([("", model.parameters.buffer)], model.layout.buffer, to: url)
  }

  /// Writes a value as JSON with sorted keys.
  package static func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(value) + [0x0a], to: url)
  }

  /// Reads a value from JSON; errors name the file.
  package static func read<Value: Decodable>(_ type: Value.Type, _ url: URL) throws -> Value {
    let data = Data(try contents(url))
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw FileError.malformed(path: url.path, reason: describe(error))
    } catch let error as CodecError {
      throw FileError.malformed(path: url.path, reason: error.description)
    }
  }

  package static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError.refused(path: folder.path, code: Self.code(of: error))
    }
  }

  private static func contents(_ url: URL) throws -> [UInt8] {
    let file = try MappedFile(path: url.path)
    return file.bytes(0..<file.count)
  }

  /// `errno` behind one of Foundation's errors.
  private static func code(of error: any Error) -> CInt {
    let error = error as NSError
    if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError,
      cause.domain == NSPOSIXErrorDomain
    {
      return CInt(cause.code)
    }
    return error.domain == NSPOSIXErrorDomain
      ? CInt(error.code) : error.code == CocoaError.fileWriteFileExists.rawValue ? EEXIST : EACCES
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has the wrong type"
    default: "no JSON of the expected form"
    }
  }
}
