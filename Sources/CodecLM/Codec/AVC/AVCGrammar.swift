/// The H.264 streams that x264 writes in the baseline profile with one macroblock a slice, byte by byte:
/// start codes, parameter sets, NAL units in their order, emulation prevention, slice headers, and
/// macroblocks in CAVLC down to the last bit.
///
/// Because a slice is one macroblock, everything that a macroblock's syntax hangs on in others is
/// unavailable (6.4.8): intra prediction from outside is DC, motion vectors are predicted as zero, and nC
/// counts the blocks of this macroblock only. So the grammar is exact and its state small.
///
/// It accepts every stream that the encoder writes with the options of the profile: an IDR frame, then
/// P frames, I frames and IDR frames behind repeated parameter sets; in I slices Intra_4x4 and
/// Intra_16x16 macroblocks, in P slices P_Skip, P_L0_16x16 and Intra_16x16. Beyond what an encoder writes
/// it accepts levels whose residual no picture has but every decoder computes.
package struct AVCGrammar: TrieGrammar {
  /// What all streams of a profile share.
  final class Rules: Sendable {
    /// What comes before the first slice.
    let header: [UInt8]
    /// The parameter sets in front of an IDR frame, without the first start code.
    let sets: [UInt8]
    let parameters: AVCParameters
    let codes: AVCCodes
    /// Frames of a stream.
    let frames: Int

    init(header: [UInt8], sets: [UInt8], _ parameters: AVCParameters, frames: Int) {
      self.header = header
      self.sets = sets
      self.parameters = parameters
      self.frames = frames
      codes = AVCCodes(parameters)
    }
  }

  let rules: Rules
  private var state: State

  /// The grammar of streams of some number of frames.
  ///
  /// - Parameters:
  ///   - header: bytes that every stream begins with, up to the start code of the first slice.
  ///   - sequenceParameterSet: a NAL unit, without start code, as it stands before each IDR frame but
  ///     the first, whose sets are in `header` or not in the stream.
  ///   - pictureParameterSet: the same.
  /// - Throws: ``CodecError/unsupported(_:)`` for parameter sets of other streams, other cases for
  ///   bytes that are none.
  package init(
    header: [UInt8], sequenceParameterSet: [UInt8], pictureParameterSet: [UInt8], frames: Int
  ) throws(CodecError) {
    let parameters = try AVCParameters(
      sequence: sequenceParameterSet, picture: pictureParameterSet)
    guard frames > 0 else { throw .invalidProfile("\(frames) frames") }
    guard SliceHeader.fits(parameters) else {
      throw .unsupported("H.264 with slice headers of more than 64 bits")
    }
    let sets = sequenceParameterSet + [0, 0, 0, 1] + pictureParameterSet
    self.init(Rules(header: header, sets: sets, parameters, frames: frames))
  }

  /// The grammar at the beginning of a stream.
  init(_ rules: Rules) {
    self.rules = rules
    state = State(phase: rules.header.isEmpty ? .sliceStart(0) : .header(0))
  }

  /// Whether the stream is whole.
  package var isComplete: Bool { state.phase == .complete }

  /// The bytes that may come next.
  ///
  /// - Complexity: a step for each node of the codes' trees within eight bits.
  package var allowedBytes: ByteSet { rules.allowedBytes(state) }

  /// The next byte, if there is no choice.
  package var forcedByte: UInt8? {
    if let due = rules.due(state) { return due }
    let allowed = allowedBytes
    return allowed.count == 1 ? allowed.first : nil
  }

  /// Goes on by a byte.
  package mutating func advance(_ byte: UInt8) -> Bool { rules.advance(&state, byte) { _ in } }

  /// Goes on by a byte and says after how many of its bits a macroblock ended, if one did.
  mutating func advance(_ byte: UInt8, unitEnded: (Int) -> Void) -> Bool {
    rules.advance(&state, byte, unitEnded: unitEnded)
  }

  /// The strings of a trie that may come next.
  package func matches(
    in trie: ByteTrie, after known: [UInt8], _ allowed: ByteSet
  ) -> ByteTrie.Matches {
    trie.matches(after: known, allowed, from: state) { rules.advance(&$0, $1) { _ in } }
  }

  /// Bytes that end the stream: the macroblock begun by a short way, then P_Skip macroblocks in
  /// P frames, and flat ones in I frames.
  package func completion(beginning prefix: BitPrefix) -> [UInt8] {
    rules.completion(of: state, beginning: prefix)
  }

  /// Frames that are whole.
  package var wholeFrames: Int { state.picture.number }

  /// emulation_prevention_three_byte (7.4.1).
  static let emulationPrevention: UInt8 = 3
}
