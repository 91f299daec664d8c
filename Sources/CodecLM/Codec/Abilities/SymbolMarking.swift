/// A codec of streams in which each byte either begins a symbol or continues one.
public protocol SymbolMarking: Codec {
  /// The bytes that begin a symbol; empty where streams have none.
  var bytesBeginningSymbols: ByteSet { get }
}

extension Codec {
  /// The bytes that begin a symbol, in streams that have such.
  ///
  /// A tokenizer that is split before them has
  /// no token that reaches from symbol to symbol.
  package var symbolStarts: ByteSet {
    (self as? any SymbolMarking)?.bytesBeginningSymbols ?? ByteSet()
  }
}
