public import Foundation

extension Tokenizer {
  /// Opens a tokenizer's file, or the one in a folder: `tokenizer.json`, or `tokenizer.model` where
  /// that is missing.
  ///
  /// - Throws: ``FileError`` that names the file.
  public init(contentsOf url: URL) throws(FileError) {
    var file = url
    if FolderListing.kind(of: url.path) == .folder {
      let files = TokenizerFile.Format.allCases.map { url.appendingPathComponent($0.rawValue) }
      file = files.first { FolderListing.kind(of: $0.path) != .missing } ?? files[0]
    }
    let contents = TokenizerFile(
      try FileBytes.read(file.path, limit: TokenizerFile.largest))
    do {
      try self.init(contents)
    } catch {
      throw .malformed(path: file.path, reason: error)
    }
  }

  /// Writes `file` into a folder under its usual name, and beside it what Hugging Face's
  /// `AutoTokenizer` wants to know: `tokenizer_config.json` and `special_tokens_map.json`.
  ///
  /// - Throws: ``FileError``.
  public func write(to folder: URL) throws(FileError) {
    let file = file
    let files = [
      (file.format.rawValue, file.bytes), (Self.configurationName, configuration(file.format)),
      (Self.specialTokensName, specialTokens),
    ]
    for (name, bytes) in files {
      try AtomicFile.write(bytes, to: folder.appendingPathComponent(name))
    }
  }

  /// The names of the files that are written.
  static let fileNames =
    TokenizerFile.Format.allCases.map(\.rawValue) + [configurationName, specialTokensName]
  private static let configurationName = "tokenizer_config.json"
  private static let specialTokensName = "special_tokens_map.json"

  private func configuration(_ format: TokenizerFile.Format) -> [UInt8] {
    let name =
      switch format {
      case .huggingFace: "PreTrainedTokenizerFast"
      case .sentencePiece: "LlamaTokenizer"
      }
    let text = """
      {
        "bos_token": "\(Braille.begin)",
        "clean_up_tokenization_spaces": false,
        "eos_token": "\(Braille.end)",
        "tokenizer_class": "\(name)"
      }

      """
    return Array(text.utf8)
  }

  private var specialTokens: [UInt8] {
    let text = """
      {
        "bos_token": "\(Braille.begin)",
        "eos_token": "\(Braille.end)"
      }

      """
    return Array(text.utf8)
  }
}
