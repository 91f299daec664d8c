/// The streams of a JPEG profile, byte by byte: constant headers, Huffman codes whose runs stay inside
/// a block, byte stuffing, padding ones, restart markers in their cycle, the number of MCUs, EOI once.
///
/// It accepts every stream that the profile's encoder writes, and none that libjpeg would warn of. Beyond
/// what an encoder writes it accepts values that no picture has but every decoder reads, for instance
/// any DC difference: see <doc:Grammar>.
package struct JPEGGrammar: TrieGrammar {
  /// What all streams of the profile share.
  final class Rules: Sendable {
    let header: [UInt8]
    let trailer: [UInt8]
    /// For each block of an MCU, its component and tables (T.81 A.2.3).
    let components: [Int]
    let dc: [HuffmanTree]
    let ac: [HuffmanTree]
    let mcus: Int
    let restartInterval: Int
    /// Fewest bits of a block.
    let blockBits: Int

    init(
      header: [UInt8], trailer: [UInt8], components: [Int], dc: [HuffmanTree],
      ac: [HuffmanTree], mcus: Int, restartInterval: Int
    ) {
      self.header = header
      self.trailer = trailer
      self.components = components
      self.dc = dc
      self.ac = ac
      self.mcus = mcus
      self.restartInterval = restartInterval
      blockBits = zip(dc, ac).map { $0.leastBits + $1.endOfBlockBits }.min() ?? 1
    }
  }

  let rules: Rules
  private var state: State

  init(_ rules: Rules) {
    self.rules = rules
    state = State(phase: rules.header.isEmpty ? .scan : .header(0))
  }

  /// Whether the stream is whole.
  package var isComplete: Bool { state.phase == .complete }

  /// The bytes that may come next.
  ///
  /// - Complexity: a step for each node of the codes' trees within eight bits.
  package var allowedBytes: ByteSet {
    if let due = rules.due(state) { return ByteSet(due) }
    return state.phase == .scan ? rules.allowedBytes(state.bits) : ByteSet()
  }

  /// The next byte, if there is no choice.
  package var forcedByte: UInt8? {
    if let due = rules.due(state) { return due }
    let allowed = allowedBytes
    return allowed.count == 1 ? allowed.first : nil
  }

  /// Goes on by a byte.
  package mutating func advance(_ byte: UInt8) -> Bool {
    rules.advance(&state, byte) { _ in }
  }

  /// Goes on by a byte and says after how many of its bits an MCU ended, for each that did.
  mutating func advance(_ byte: UInt8, unitEnded: (Int) -> Void) -> Bool {
    rules.advance(&state, byte, unitEnded: unitEnded)
  }

  /// The strings of a trie that may come next.
  package func matches(
    in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet
  ) -> ByteTrie.Matches {
    trie.matches(after: known, allowed, from: state) { rules.advance(&$0, $1) { _ in } }
  }

  /// The code that is begun, and where the end of the interval is out of sight.
  package var place: Place? { state.phase == .scan ? rules.place(state.bits) : nil }

  /// Bytes that end the stream: the code begun by the shortest way, then in each block a DC
  /// difference of zero and EOB, so that every block shows the average of the one before it.
  package func completion(beginning prefix: BitPrefix) -> [UInt8] {
    var rest = state
    var bytes: [UInt8] = []
    while rest.phase != .complete {
      let byte =
        rules.due(rest)
        ?? rules.cheapestByte(rest.bits, beginning: bytes.isEmpty ? prefix : .empty)
      bytes.append(byte)
      guard rules.advance(&rest, byte, unitEnded: { _ in }) else {
        preconditionFailure("byte \(byte) does not complete")
      }
    }
    return bytes
  }
}
