/// A tokenizer as a file.
package struct TokenizerFile: Equatable, Sendable {
  /// Whose format it is; the raw value is the file's usual name.
  package enum Format: String, CaseIterable, Sendable {
    /// `tokenizer.json` of Hugging Face's `tokenizers`.
    case huggingFace = "tokenizer.json"
    /// `tokenizer.model` of SentencePiece.
    case sentencePiece = "tokenizer.model"
  }

  /// The contents.
  package let bytes: [UInt8]

  /// More than a vocabulary of 65,536 takes; nothing larger is read.
  package static let largest = 16 << 20

  /// The contents of a file.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// What the contents are: JSON begins with a brace, a SentencePiece model with its first piece.
  package var format: Format {
    let whiteSpace: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
    let first = bytes.first { !whiteSpace.contains($0) }
    return first == UInt8(ascii: "{") ? .huggingFace : .sentencePiece
  }
}

extension Tokenizer {
  /// The file that ``init(_:)`` reads as this tokenizer: for CodecLM's own ids a `tokenizer.json`,
  /// byte for byte the one that `tokenizers` 0.23 would write, so equal tokenizers have equal
  /// files; otherwise the file it came from.
  package var file: TokenizerFile { origin ?? TokenizerFile(json()) }

  /// Reads a tokenizer's file.
  ///
  /// Byte *b* is the character U+2800 + *b* there, a Braille pattern, because a vocabulary is made
  /// of text; the programs whose format it is give the ids of ``encode(_:)`` for a string of such
  /// characters. `<s>` and `</s>` begin and end an image; other special tokens spell no bytes.
  ///
  /// - Throws: ``TokenizerError`` when the bytes are no such file or describe a tokenizer that
  ///   would give other ids than this type.
  package init(_ file: TokenizerFile) throws(TokenizerError) {
    guard file.bytes.count <= TokenizerFile.largest else {
      throw .unsupported(.tooLarge(bytes: file.bytes.count))
    }
    switch file.format {
    case .huggingFace:
      let read = try HuggingFaceTokenizer(file.bytes)
      let table = try read.table()
      if let own = TokenTable.ownIfPossible(
        merging: table.merges.all.map { TokenPair($0.left, $0.right) }), own == table
      {
        self.init(table: own)
      } else {
        self.init(table: table, origin: file)
      }
    case .sentencePiece:
      self.init(table: try SentencePieceModel(file.bytes).table(), origin: file)
    }
  }
}
