extension Checkpoint {
  /// A file as the model sees it: the begin token and a condition, the tokens of its canonical form, the end
  /// token.
  ///
  /// - Throws: ``CodecError`` when the file cannot be decoded.
  package func sequence(
    of file: [UInt8], condition: [Int32] = []
  ) throws(CodecError) -> TokenSequence {
    let canonical = try codec.makeCodec().canonicalBytes(of: file)
    return TokenSequence(of: tokenizer.encode(canonical), condition: condition, tokenizer)
  }
}
