/// Why a file is no tokenizer's.
package enum TokenizerFault: FileFault {
  /// Not JSON of the form.
  case notJSON
  /// An object has no member of this name.
  case missing(key: String)
  /// A value of another type, at a path of keys with dots between them.
  case wrongValue(path: String)
  /// An added token has one id in the vocabulary and another in its own list.
  case twoIDs(Int, Int)
  /// The ids of so many tokens are not those from 0 on.
  case ids(count: Int)
  /// What a merge joins, or its result, is no token.
  case merge(Int)
  /// A field of a message has a type that is none.
  case wireType(UInt64)
  /// A message ends within a field.
  case endsInField
  /// A number of more than 64 bits.
  case longNumber
  /// A vocabulary without tokens.
  case noPieces
  /// A token of a type that is none.
  case pieceType(UInt64)
  /// A score that is infinite or not a number, by its bits.
  case score(bits: UInt32)
  /// A text that is not UTF-8.
  case notUTF8
  /// A token has the same text as one before.
  case sameText(Int)

  package var description: String {
    switch self {
    case .notJSON: "not JSON"
    case .missing(let key): "the key \"\(key)\" is missing"
    case .wrongValue(let path): "wrong value at \(path)"
    case .twoIDs(let one, let other): "an added token has the ids \(one) and \(other)"
    case .ids(let count): "the ids of \(count) tokens are not 0 to \(count - 1)"
    case .merge(let rank): "merge \(rank) is not of tokens"
    case .wireType(let type): "a field of wire type \(type)"
    case .endsInField: "it ends within a field"
    case .longNumber: "a number of more than 64 bits"
    case .noPieces: "no pieces"
    case .pieceType(let type): "a piece of type \(type)"
    case .score(let bits): "a score of \(Float(bitPattern: bits))"
    case .notUTF8: "a text that is not UTF-8"
    case .sameText(let token): "two tokens of the same text, one of them \(token)"
    }
  }
}

/// What a tokenizer's file asks for that would give other ids than ``Tokenizer`` gives.
package enum UnsupportedTokenizer: FileFault {
  /// Another model than byte-pair encoding.
  case modelType(String)
  /// Merges that are left out by chance.
  case dropout
  /// Whole words before merges.
  case ignoredMerges
  /// Marks at the beginnings of parts of words.
  case wordPrefix
  /// Marks at the ends of words.
  case wordSuffix
  /// A step before the model that changes Braille patterns.
  case normalizer(String)
  /// A step that divides a text.
  case preTokenizer(String)
  /// A step after the model.
  case postProcessor(String)
  /// An added token would be found before merges.
  case addedPatterns(Int)
  /// A token is of other letters.
  case noPatterns(Int)
  /// There is no added token of this name.
  case noAddedToken(String)
  /// More tokens than ``Tokenizer/largestVocabulary``.
  case tooManyTokens
  /// ▁ comes after a text.
  case spaceAfter
  /// A rule that changes Braille patterns.
  case rule(String)
  /// Spaces are not turned into ▁.
  case plainSpaces
  /// A token is longer than SentencePiece makes them.
  case longToken(Int, characters: Int)
  /// A token is found before merges.
  case userDefined(Int)
  /// A token is left out of merges.
  case unused(Int)
  /// There is no control piece of this name.
  case noControlPiece(String)
  /// A byte has no token.
  case noByte(UInt16)
  /// ▁ has no token.
  case noSpace
  /// The file is larger than `TokenizerFile/largest`.
  case tooLarge(bytes: Int)

  package var description: String {
    switch self {
    case .modelType(let type): "the model type \(type)"
    case .dropout: "dropout"
    case .ignoredMerges: "ignored merges"
    case .wordPrefix: "a prefix of continuing words"
    case .wordSuffix: "a suffix of words"
    case .normalizer(let type): "the normalizer \(type)"
    case .preTokenizer(let type): "the pre-tokenizer \(type)"
    case .postProcessor(let type): "the post-processor \(type)"
    case .addedPatterns(let token): "the added token \(token), which is made of Braille patterns"
    case .noPatterns(let token): "token \(token), which is not made of Braille patterns"
    case .noAddedToken(let name): "no added token \(name)"
    case .tooManyTokens: "more than \(Tokenizer.largestVocabulary) tokens"
    case .spaceAfter: "\(Braille.space) after a text"
    case .rule(let name): "the normalization rule \(name)"
    case .plainSpaces: "spaces that are not escaped"
    case .longToken(let token, let characters):
      "token \(token), which is \(characters) characters long"
    case .userDefined(let token): "token \(token), which is defined by a user"
    case .unused(let token): "token \(token), which is marked unused"
    case .noControlPiece(let name): "no control piece \(name)"
    case .noByte(let byte): "no token for byte \(byte)"
    case .noSpace: "no token for \(Braille.space)"
    case .tooLarge(let bytes): "\(bytes) bytes, more than \(TokenizerFile.largest)"
    }
  }
}
