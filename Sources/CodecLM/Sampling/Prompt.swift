/// The beginning of a canonical stream, exact to the bit, that sampling continues.
public struct Prompt: Sendable, Hashable {
  /// The whole bytes.
  public let bytes: [UInt8]
  /// What the byte behind them begins with.
  public let tail: BitPrefix
  /// Tokens between the begin token and the stream, which the model was trained to read there; they are not
  /// written.
  public var condition: [Int32] = []
  /// The condition of a partner: the same stream under another condition, whose logits
  /// ``DecodingContext/partner`` shows to processors; `nil` for no partner, which would take as much time
  /// again.
  public var partner: [Int32]?

  /// Nothing: sampling begins at the beginning.
  public static let empty = Prompt(bytes: [])

  /// Some bytes of a stream.
  public init(bytes: [UInt8], tail: BitPrefix = .empty) {
    self.bytes = bytes
    self.tail = tail
  }

  /// The first `bits` bits of a stream, the highest bit of a byte first.
  ///
  /// - Precondition: `stream` has that many.
  public init(_ stream: [UInt8], bits: Int) {
    precondition(bits >= 0 && bits <= 8 * stream.count, "\(bits) bits of \(stream.count) bytes")
    let whole = bits / 8
    bytes = Array(stream[..<whole])
    tail = bits % 8 == 0 ? .empty : BitPrefix(of: stream[whole], count: bits % 8)
  }
}

extension Prompt {
  /// How much of a picture or clip a prompt keeps, counted in the codec's units (for JPEG: MCUs, for
  /// H.264: macroblocks).
  public enum Extent: Sendable, Hashable {
    /// This share of the units, 0 to 1, rounded to the nearest: those that the stream decides first.
    case share(Double)
    /// This many units, or all if there are fewer: those that the stream decides first.
    case units(Int)
    /// This many rows of units from the top, frame after frame, or all if there are fewer.
    case rows(Int)
    /// This many frames, or all if there are fewer.
    case frames(Int)

    /// How many bits a stream's beginning has that decides what is kept and is no longer than that; `nil`
    /// if that is everything.
    ///
    /// - Parameter ends: for each unit of the layout, how many bits from the beginning decide it.
    func bits(_ ends: [Int], _ layout: UnitLayout) -> Int? {
      let (wanted, hasOrderOfStream) =
        switch self {
        case .share(let share):
          (Int((min(max(share, 0), 1) * Double(layout.count)).rounded()), true)
        case .units(let count): (count, true)
        case .rows(let count): (min(count, layout.count) * layout.columns, false)
        case .frames(let count): (min(count, layout.frames) * layout.unitsPerFrame, false)
        }
      let count = min(max(wanted, 0), layout.count)
      if count == layout.count { return nil }
      return (hasOrderOfStream ? ends.sorted() : ends).prefix(count).max() ?? 0
    }
  }
}

extension Codec {
  /// The beginning of a stream, up to the last bit that decides a unit that is kept.
  ///
  /// Where the stream does not code unit after unit from the top left, it also holds what it codes of
  /// others before that bit.
  ///
  /// ```swift
  /// let stream = try generator.codec.canonicalBytes(of: photo)
  /// let prompt = try generator.codec.prompt(stream, keeping: .rows(2))
  /// let files = try generator.generate(count: 3, continuing: [prompt]).all()
  /// ```
  ///
  /// - Throws: ``CodecError`` when `canonical` is no stream of the profile, or the format has no units.
  public func prompt(
    _ canonical: [UInt8], keeping extent: Prompt.Extent
  ) throws(CodecError) -> Prompt {
    let layout = try unitCoding().unitLayout
    let bits = extent.bits(try unitEnds(of: canonical), layout)
    return bits.map { Prompt(canonical, bits: $0) } ?? Prompt(bytes: canonical)
  }

  /// A whole stream that begins with a prompt and ends with as little as the format allows; what the
  /// grammar does not allow of the prompt is left out, with all that follows it.
  ///
  /// It turns what was decided of a stream at any time into a picture:
  /// `codec.decode(codec.completed(Prompt(bytes: bytes)))`.
  ///
  /// - Complexity: O(bytes).
  public func completed(_ prompt: Prompt) -> [UInt8] {
    var grammar = makeGrammar()
    for (offset, byte) in prompt.bytes.enumerated() {
      var next = grammar
      guard next.advance(byte) else {
        return prompt.bytes[..<offset] + grammar.completion()
      }
      grammar = next
    }
    let tail = prompt.tail
    let fits = tail == .empty || !grammar.allowedBytes.intersection(tail.bytes).isEmpty
    return prompt.bytes + grammar.completion(beginning: fits ? tail : .empty)
  }
}
