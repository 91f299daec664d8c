import Synchronization

/// The streams of a JPEG profile, byte by byte: constant headers, Huffman codes whose runs stay inside
/// a block, byte stuffing, padding ones, restart markers in their cycle, the number of MCUs, EOI once.
///
/// It accepts every stream that the profile's encoder writes, and none that libjpeg would warn of. Beyond
/// what an encoder writes it accepts values that no picture has but every decoder reads, for instance
/// any DC difference: see <doc:Grammar>.
public struct JPEGGrammar: ByteGrammar {
  /// What all streams of the profile share.
  final class Rules: Sendable {
    let header: [UInt8]
    let trailer: [UInt8]
    /// For each block of an MCU, its tables (T.81 A.2.3).
    let dc: [HuffmanTree]
    let ac: [HuffmanTree]
    let mcus: Int
    let restartInterval: Int
    /// Allowed bytes at the places that were met so far.
    let masks = Mutex<[UInt32: ByteSet]>([:])

    init(
      header: [UInt8], trailer: [UInt8], dc: [HuffmanTree], ac: [HuffmanTree], mcus: Int,
      restartInterval: Int
    ) {
      self.header = header
      self.trailer = trailer
      self.dc = dc
      self.ac = ac
      self.mcus = mcus
      self.restartInterval = restartInterval
    }
  }

  enum Phase: Hashable {
    case header(Int)
    case scan
    /// The 0x00 behind a 0xFF (T.81 F.1.2.3).
    case stuffing
    /// RSTn's first or second byte.
    case restart(Int)
    case trailer(Int)
    case complete
  }

  let rules: Rules
  private(set) var phase: Phase
  private(set) var bits = BitState()
  private(set) var restarts = 0

  init(_ rules: Rules) {
    self.rules = rules
    phase = rules.header.isEmpty ? .scan : .header(0)
  }

  /// Whether the stream is whole.
  public var isComplete: Bool { phase == .complete }

  /// The bytes that may come next.
  ///
  /// - Complexity: a look into a table that all copies share and fill.
  public var allowedBytes: ByteSet {
    if let due { return ByteSet(due) }
    return phase == .scan ? rules.allowedBytes(bits) : ByteSet()
  }

  /// The next byte, if there is no choice.
  public var forcedByte: UInt8? {
    if let due { return due }
    let allowed = allowedBytes
    return allowed.count == 1 ? allowed.first : nil
  }

  /// Goes on by a byte.
  public mutating func advance(_ byte: UInt8) -> Bool {
    advance(byte) { _ in }
  }

  /// Goes on by a byte and says after how many of its bits an MCU ended, for each that did.
  mutating func advance(_ byte: UInt8, unitEnded: (Int) -> Void) -> Bool {
    if let due {
      guard byte == due else { return false }
      passDue()
      return true
    }
    guard phase == .scan else { return false }
    for count in 1...8 {
      let before = bits.mcu
      guard rules.read(byte >> UInt8(8 - count) & 1 == 1, &bits) else { return false }
      if bits.mcu > before { unitEnded(count) }
    }
    phase = byte == 0xFF ? .stuffing : .scan
    if phase == .scan { closeInterval() }
    return true
  }

  /// Bytes that end the stream: the code begun by the shortest way, then in each block a DC
  /// difference of zero and EOB, so that every block shows the average of the one before it.
  public func completion(beginning prefix: BitPrefix) -> [UInt8] {
    var rest = self
    var bytes: [UInt8] = []
    while !rest.isComplete {
      let byte =
        rest.due ?? rules.cheapestByte(rest.bits, beginning: bytes.isEmpty ? prefix : .empty)
      bytes.append(byte)
      guard rest.advance(byte) else { preconditionFailure("byte \(byte) does not complete") }
    }
    return bytes
  }

  /// The next byte where there is no choice by the structure around the codes.
  private var due: UInt8? {
    switch phase {
    case .header(let offset): rules.header[offset]
    case .stuffing: 0x00
    case .restart(0): 0xFF
    case .restart: 0xD0 + UInt8(restarts % 8)
    case .trailer(let offset): rules.trailer[offset]
    case .scan, .complete: nil
    }
  }

  private mutating func passDue() {
    switch phase {
    case .header(let offset):
      phase = offset + 1 < rules.header.count ? .header(offset + 1) : .scan
    case .stuffing:
      phase = .scan
      closeInterval()
    case .restart(0):
      phase = .restart(1)
    case .restart:
      restarts += 1
      phase = .scan
    case .trailer(let offset):
      phase = offset + 1 < rules.trailer.count ? .trailer(offset + 1) : .complete
    case .scan, .complete: break
    }
  }

  /// After a whole byte: if the interval's MCUs are done, a marker or the end follows.
  private mutating func closeInterval() {
    guard bits.isPadding else { return }
    bits.isPadding = false
    if bits.mcu < rules.mcus {
      phase = .restart(0)
    } else {
      phase = rules.trailer.isEmpty ? .complete : .trailer(0)
    }
  }
}
