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

  static let codecFile = "codec.json"
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
    guard FolderListing.kind(of: folder.path) == .folder else {
      throw FileError.malformed(path: folder.path, reason: "no such folder; check the path")
    }
    let configuration = try LlamaConfiguration(contentsOf: folder)
    codec = try Self.codec(of: folder)
    tokenizer = try Tokenizer(contentsOf: folder)
    guard configuration.vocabulary == tokenizer.count else {
      throw FileError.malformed(
        path: folder.appendingPathComponent(LlamaConfiguration.fileName).path,
        reason: "vocab_size is \(configuration.vocabulary), the tokenizer has \(tokenizer.count)")
    }
    model = try Llama(zero: configuration)
    let weights = try SafeTensors(folder.appendingPathComponent(Self.weightsFile))
    try weights.load(model.layout.buffer, into: model.parameters.buffer)
  }

  /// The profile of a folder's model, without opening the model.
  ///
  /// - Throws: ``FileError`` that names the file which is missing or malformed.
  public static func codec(of folder: URL) throws -> CodecProfile {
    let file = folder.appendingPathComponent(codecFile)
    do {
      return try JSONFile.read(CodecProfile.self, file)
    } catch let error as CodecError {
      throw FileError.malformed(path: file.path, reason: error.description)
    }
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
    try Folders.make(folder)
    try JSONFile.write(
      model.configuration, to: folder.appendingPathComponent(LlamaConfiguration.fileName))
    try JSONFile.write(codec, to: folder.appendingPathComponent(Self.codecFile))
    try tokenizer.write(to: folder)
  }

  package func writeWeights(to url: URL) throws {
    try SafeTensors.write([("", model.parameters.buffer)], model.layout.buffer, to: url)
  }
}
