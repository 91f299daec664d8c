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
  /// H.264: macroblocks) from the top left, frame after frame.
  public enum Extent: Sendable, Hashable {
    /// This share of the units, 0 to 1, rounded to the nearest.
    case share(Double)
    /// This many units, or all if there are fewer.
    case units(Int)
    /// This many rows of units, or all if there are fewer.
    case rows(Int)
    /// This many frames, or all if there are fewer.
    case frames(Int)

    func units(of codec: some Codec) -> Int {
      let count =
        switch self {
        case .share(let share): Int((min(max(share, 0), 1) * Double(codec.unitCount)).rounded())
        case .units(let count): count
        case .rows(let count): min(count, codec.unitCount) * codec.unitsPerRow
        case .frames(let count):
          min(count, codec.frameCount) * (codec.unitCount / codec.frameCount)
        }
      return min(max(count, 0), codec.unitCount)
    }
  }
}

extension Codec {
  /// The beginning of a stream, up to the last bit of the last unit that is kept.
  ///
  /// ```swift
  /// let stream = try generator.codec.canonicalBytes(of: photo)
  /// let prompt = try generator.codec.prompt(stream, keeping: .rows(2))
  /// let files = try generator.generate(count: 3, continuing: [prompt]).all()
  /// ```
  ///
  /// - Throws: ``CodecError`` when `canonical` is no stream of the profile.
  public func prompt(
    _ canonical: [UInt8], keeping extent: Prompt.Extent
  ) throws(CodecError) -> Prompt {
    let ends = try unitEnds(of: canonical)
    let units = extent.units(of: self)
    if units == ends.count { return Prompt(bytes: canonical) }
    return units == 0 ? .empty : Prompt(canonical, bits: ends[units - 1])
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
