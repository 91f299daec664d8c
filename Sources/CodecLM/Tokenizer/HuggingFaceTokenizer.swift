import Foundation

/// The parts of a `tokenizer.json` that decide about ids.
struct HuggingFaceTokenizer {
  private let file: File

  init(_ json: [UInt8]) throws(TokenizerError) {
    do {
      file = try JSONDecoder().decode(File.self, from: Data(json))
    } catch let error as DecodingError {
      throw .malformed(Self.fault(error))
    } catch {
      throw .malformed(.notJSON)
    }
    if let part = unsupportedPart { throw .unsupported(part) }
  }

  private static func fault(_ error: DecodingError) -> TokenizerFault {
    switch error {
    case .keyNotFound(let key, _): .missing(key: key.stringValue)
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      .wrongValue(path: context.codingPath.map(\.stringValue).joined(separator: "."))
    default: .notJSON
    }
  }

  /// The first part that would change ids, or nil.
  ///
  /// Truncation and padding are for batches of texts; transformers leaves them out unless asked.
  private var unsupportedPart: UnsupportedTokenizer? {
    let model = file.model
    guard model.type == "BPE" else { return .modelType(model.type) }
    if let dropout = model.dropout, dropout != 0 { return .dropout }
    if model.ignore_merges == true { return .ignoredMerges }
    if let text = model.continuing_subword_prefix, !text.isEmpty {
      return .wordPrefix
    }
    if let text = model.end_of_word_suffix, !text.isEmpty { return .wordSuffix }
    if let step = file.normalizer, step.prefixes == nil { return .normalizer(step.type) }
    if let step = file.pre_tokenizer, step.type != "Metaspace" || step.prefixes == nil {
      return .preTokenizer(step.type)
    }
    if let step = file.post_processor, step.type != "TemplateProcessing" {
      return .postProcessor(step.type)
    }
    return nil
  }

  func table() throws(TokenizerError) -> TokenTable {
    let names = try names()
    let special = Set(file.added_tokens.map(\.content))
    var vocabulary = BrailleVocabulary()
    for (token, name) in names.enumerated() {
      if let letters = BrailleVocabulary.letters(name) {
        guard !special.contains(name) else {
          throw .unsupported(.addedPatterns(token))
        }
        try vocabulary.append(.text(letters))
      } else {
        guard special.contains(name) || isByteFallback(name) else {
          throw .unsupported(.noPatterns(token))
        }
        try vocabulary.append(.special)
      }
    }
    let hasPrefix =
      file.normalizer?.prefixes == true || file.pre_tokenizer?.prefixes == true
    return try vocabulary.table(
      begin: try token(Braille.begin, in: names), end: try token(Braille.end, in: names),
      unknown: nil, hasPrefix: hasPrefix, merges: try merges(vocabulary))
  }

  /// The text of each token.
  private func names() throws(TokenizerError) -> [String] {
    var tokens = file.model.vocab
    for added in file.added_tokens {
      if let other = tokens.updateValue(added.id, forKey: added.content), other != added.id {
        throw .malformed(.twoIDs(other, added.id))
      }
    }
    var names = [String?](repeating: nil, count: tokens.count)
    for (name, token) in tokens {
      guard names.indices.contains(token), names[token] == nil else {
        throw .malformed(.ids(count: names.count))
      }
      names[token] = name
    }
    return names.compactMap { $0 }
  }

  private func token(_ name: String, in names: [String]) throws(TokenizerError) -> Int32 {
    guard let added = file.added_tokens.first(where: { $0.content == name }) else {
      throw .unsupported(.noAddedToken(name))
    }
    return Int32(added.id)
  }

  private func isByteFallback(_ name: String) -> Bool {
    file.model.byte_fallback == true && name.utf8.count == 6 && name.hasPrefix("<0x")
      && name.hasSuffix(">")
  }

  private func merges(_ vocabulary: BrailleVocabulary) throws(TokenizerError) -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(file.model.merges.count)
    for (rank, pair) in file.model.merges.enumerated() {
      guard let left = BrailleVocabulary.letters(pair.left),
        let right = BrailleVocabulary.letters(pair.right),
        let first = vocabulary.tokens[left], let second = vocabulary.tokens[right],
        let result = vocabulary.tokens[left + right]
      else { throw .malformed(.merge(rank)) }
      merges.append(Merge(left: first, right: second, rank: Int32(rank), result: result))
    }
    return merges
  }
}

extension HuggingFaceTokenizer {
  private struct File: Decodable {
    let added_tokens: [AddedToken]
    let normalizer, pre_tokenizer, post_processor: Step?
    let model: Model
  }

  private struct AddedToken: Decodable {
    let id: Int
    let content: String
  }

  /// A step before or after the model.
  private struct Step: Decodable {
    let type: String
    private let prepend, prepend_scheme, replacement: String?
    private let add_prefix_space: Bool?
    private let normalizers: [Step]?
    private let pattern: Pattern?

    private struct Pattern: Decodable {
      let String: String?
    }

    /// Whether this puts ▁ before the text, nil when it does anything else to Braille patterns.
    var prefixes: Bool? {
      let space = Swift.String(Braille.space)
      switch type {
      case "Prepend": return prepend == space ? true : nil
      case "Replace": return pattern?.String == " " ? false : nil
      case "Metaspace":
        guard replacement == space else { return nil }
        return prepend_scheme.map { $0 != "never" } ?? add_prefix_space ?? true
      case "Sequence":
        guard let normalizers else { return nil }
        var result = false
        for step in normalizers {
          guard let prefixes = step.prefixes, !(prefixes && result) else { return nil }
          result = result || prefixes
        }
        return result
      default: return nil
      }
    }
  }

  private struct Model: Decodable {
    let type: String
    let dropout: Double?
    let continuing_subword_prefix, end_of_word_suffix: String?
    let byte_fallback, ignore_merges: Bool?
    let vocab: [String: Int]
    let merges: [Pair]
  }

  /// `["a", "b"]`, or `"a b"` in files of `tokenizers` before 0.20.
  private struct Pair: Decodable {
    let left: String
    let right: String

    init(from decoder: any Decoder) throws {
      let parts: [String]
      if let list = try? decoder.singleValueContainer().decode([String].self) {
        parts = list
      } else {
        let text = try decoder.singleValueContainer().decode(String.self)
        parts = text.split(separator: " ").map { String($0) }
      }
      guard parts.count == 2 else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "not a pair"))
      }
      (left, right) = (parts[0], parts[1])
    }
  }
}
