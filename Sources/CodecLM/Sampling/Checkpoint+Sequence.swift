extension Checkpoint {
  /// A file as the model sees it: BOS, the tokens of its canonical form, EOS.
  ///
  /// - Throws: ``CodecError`` when the file cannot be decoded.
  public func sequence(of file: [UInt8]) throws(CodecError) -> [Int32] {
    let canonical = try codec.makeCodec().canonicalBytes(of: file)
    return [tokenizer.beginToken] + tokenizer.encode(canonical) + [tokenizer.endToken]
  }
}
