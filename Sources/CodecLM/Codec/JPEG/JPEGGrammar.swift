/// The streams of a JPEG profile, byte by byte: constant headers, Huffman codes whose runs stay inside
/// a block, byte stuffing, padding ones, restart markers in their cycle, the number of MCUs, EOI once.
///
/// It accepts every stream that the profile's encoder writes. Beyond that it accepts codes which an
/// encoder would not choose but every decoder reads, for instance any DC difference.
public struct JPEGGrammar: ByteGrammar {
  /// What all streams of the profile share.
  private final class Rules: Sendable {
    let header: [UInt8]
    let trailer: [UInt8]
    /// For each block of an MCU, its tables (T.81 A.2.3).
    let dc: [HuffmanTree]
    let ac: [HuffmanTree]
    let mcus: Int
    let restartInterval: Int

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

  private enum Phase: Hashable {
    case header(Int)
    case scan
    /// The 0x00 behind a 0xFF (T.81 F.1.2.3).
    case stuffing
    /// RSTn's first or second byte.
    case restart(Int)
    case trailer(Int)
    case complete
  }

  private let rules: Rules
  private var phase: Phase
  private var bits = BitState()
  private var restarts = 0

  init(
    header: [UInt8], trailer: [UInt8], dc: [HuffmanTree], ac: [HuffmanTree], mcus: Int,
    restartInterval: Int
  ) {
    rules = Rules(
      header: header, trailer: trailer, dc: dc, ac: ac, mcus: mcus,
      restartInterval: restartInterval)
    phase = header.isEmpty ? .scan : .header(0)
  }

  /// Whether the stream is whole.
  public var isComplete: Bool { phase == .complete }

  /// The bytes that may come next.
  ///
  /// - Complexity: at most 510 steps through the tables.
  public var allowedBytes: ByteSet {
    if let forced { return ByteSet(forced) }
    var allowed = ByteSet()
    if phase == .scan { collect(bits, prefix: 0, depth: 0, into: &allowed) }
    return allowed
  }

  /// Goes on by a byte.
  public mutating func advance(_ byte: UInt8) -> Bool {
    if let forced {
      guard byte == forced else { return false }
      passForced()
      return true
    }
    guard phase == .scan else { return false }
    for shift in stride(from: 7, through: 0, by: -1) {
      guard read(byte >> UInt8(shift) & 1 == 1, &bits) else { return false }
    }
    phase = byte == 0xFF ? .stuffing : .scan
    if phase == .scan { closeInterval() }
    return true
  }

  /// The next byte where there is no choice by the structure around the codes.
  private var forced: UInt8? {
    switch phase {
    case .header(let offset): rules.header[offset]
    case .stuffing: 0x00
    case .restart(0): 0xFF
    case .restart: 0xD0 + UInt8(restarts % 8)
    case .trailer(let offset): rules.trailer[offset]
    case .scan, .complete: nil
    }
  }

  private mutating func passForced() {
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

extension JPEGGrammar {
  /// A place inside the entropy-coded data.
  private struct BitState {
    var mcu = 0
    /// Which block of the MCU.
    var block = 0
    /// Zig-zag index of the coefficient due; 0 is DC.
    var index = 0
    /// The bits of a code so far, as a node of its tree.
    var node = 0
    /// Bits left of a coefficient's value.
    var valueBits = 0
    /// Whether ZRL came last, so that a coefficient must follow.
    var owesCoefficient = false
    /// Whether the interval's MCUs are done and ones fill the byte.
    var isPadding = false
  }

  private func collect(
    _ state: BitState, prefix: UInt8, depth: Int, into allowed: inout ByteSet
  ) {
    if depth == 8 { return allowed.insert(prefix) }
    for bit: UInt8 in 0...1 {
      var next = state
      if read(bit == 1, &next) {
        collect(next, prefix: prefix << 1 | bit, depth: depth + 1, into: &allowed)
      }
    }
  }

  /// Goes on by a bit; false if none of the codes that may stand here begins so.
  private func read(_ bit: Bool, _ state: inout BitState) -> Bool {
    if state.isPadding { return bit }
    if state.valueBits > 0 {
      state.valueBits -= 1
      if state.valueBits == 0, state.index == 64 { endBlock(&state) }
      return true
    }
    let tree = state.index == 0 ? rules.dc[state.block] : rules.ac[state.block]
    let children = tree.nodes[state.node].children
    let next = bit ? children.one : children.zero
    guard next != 0, isPossible(tree.nodes[next], state) else { return false }
    state.node = next
    if let symbol = tree.nodes[next].symbol { take(symbol, &state) }
    return true
  }

  /// Whether a symbol here or below fits into the block.
  private func isPossible(_ node: HuffmanTree.Node, _ state: BitState) -> Bool {
    state.index == 0 || node.hasEndOfBlock && !state.owesCoefficient
      || node.leastRun <= 63 - state.index
  }

  private func take(_ symbol: UInt8, _ state: inout BitState) {
    state.node = 0
    if state.index == 0 {
      // A DC difference's category is its number of bits (T.81 F.1.2.1).
      state.index = 1
      state.valueBits = Int(symbol)
    } else if symbol == 0x00 {
      endBlock(&state)
    } else if symbol == 0xF0 {
      state.index += 16
      state.owesCoefficient = true
    } else {
      state.index += Int(symbol >> 4) + 1
      state.valueBits = Int(symbol & 15)
      state.owesCoefficient = false
    }
  }

  private func endBlock(_ state: inout BitState) {
    state.index = 0
    state.block += 1
    guard state.block == rules.dc.count else { return }
    state.block = 0
    state.mcu += 1
    let interval = rules.restartInterval
    state.isPadding =
      state.mcu == rules.mcus || interval > 0 && state.mcu.isMultiple(of: interval)
  }
}
