/// A code word and what it stands for.
struct AVCCode {
  let bits: UInt32
  let length: Int
  let symbol: Int
  /// About how many bits follow because of the symbol.
  var weight = 0

  /// The word that `digits` spells.
  init(_ digits: Substring, symbol: Int, weight: Int = 0) {
    bits = digits.reduce(0) { $0 << 1 | ($1 == "1" ? 1 : 0) }
    length = digits.count
    self.symbol = symbol
    self.weight = weight
  }

  /// The word of codeNum in ue(v) (9.1).
  init(codeNum: Int, symbol: Int, weight: Int = 0) {
    bits = UInt32(codeNum + 1)
    length = 2 * (UInt32.bitWidth - bits.leadingZeroBitCount) - 1
    self.symbol = symbol
    self.weight = weight
  }

  /// `zeros` zeros and a one.
  init(zeros: Int, weight: Int = 0) {
    bits = 1
    length = zeros + 1
    symbol = zeros
    self.weight = weight
  }
}

/// The codes of a slice's syntax elements as binary trees.
///
/// A tree holds only the values that are allowed where it is used, so that each of its nodes leads to one.
struct AVCCodes: Sendable {
  /// What stands below a node.
  struct Node: Sendable {
    /// Indices of the nodes behind bit 0 and bit 1; 0 where no code continues so.
    var zero: UInt16 = 0
    var one: UInt16 = 0
    /// The symbol whose code ends here, or −1.
    var symbol: Int16 = -1
    /// The fewest bits from here to the end of a code, with its weight.
    var cost = UInt16.max
  }

  /// Index of a tree's first node.
  typealias Root = UInt16

  private(set) var nodes = [Node()]

  /// rbsp_stop_one_bit (7.3.2.11).
  private(set) var stop: Root = 0
  /// Any number of rbsp_alignment_zero_bit.
  private(set) var alignment: Root = 0
  /// The only code is that of 0 in ue(v).
  private(set) var zero: Root = 0
  /// slice_type of a frame that is not IDR: 5, all P, or 7, all I (Table 7-6).
  private(set) var sliceType: Root = 0
  /// mb_skip_run where one macroblock is left: 0, or 1.
  private(set) var skipRun: Root = 0
  /// mb_type in I slices, and in P slices.
  private(set) var intraTypes: Root = 0
  private(set) var predictedTypes: Root = 0
  /// Modes of an Intra_4x4 block: 0 to 8 by the predicted mode where the blocks to the left and above are
  /// of the same macroblock; then where neither is, only the left one, only the upper one.
  private(set) var modes: [Root] = []
  /// ref_idx_l0 by the number of reference frames.
  private(set) var references: [Root] = []
  /// How many bits follow in mvd_l0, horizontally and vertically; then the last three of them.
  private(set) var motion: [Root] = []
  private(set) var motionEnd: Root = 0
  /// coded_block_pattern of Intra_4x4 and of Inter macroblocks.
  private(set) var intraPatterns: Root = 0
  private(set) var interPatterns: Root = 0
  /// mb_qp_delta in I slices, and in P slices.
  private(set) var intraDeltas: Root = 0
  private(set) var predictedDeltas: Root = 0
  /// coeff_token for the four ranges of nC of at most 16 levels, of at most 15, then of chroma DC:
  /// 4 × TotalCoeff + TrailingOnes.
  private(set) var coeffToken: [Root] = []
  /// level_prefix.
  private(set) var levelPrefix: Root = 0
  /// total_zeros by TotalCoeff − 1, of at most 16, 15 and 4 levels.
  private(set) var totalZeros16: [Root] = []
  private(set) var totalZeros15: [Root] = []
  private(set) var totalZeros4: [Root] = []
  /// run_before by zerosLeft − 1.
  private(set) var runBefore: [Root] = []

  init(_ parameters: AVCParameters) {
    addSliceCodes()
    addMacroblockCodes(parameters)
    addCoeffTokens()
    addRuns()
  }

  /// Adds a tree.
  private mutating func add(_ codes: [AVCCode]) -> Root {
    let root = addNode()
    for code in codes {
      var node = Int(root)
      for place in 0..<code.length {
        lower(node, to: code.length - place + code.weight)
        let isOne = code.bits >> UInt32(code.length - 1 - place) & 1 == 1
        var next = isOne ? nodes[node].one : nodes[node].zero
        if next == 0 {
          next = addNode()
          if isOne { nodes[node].one = next } else { nodes[node].zero = next }
        }
        node = Int(next)
      }
      lower(node, to: code.weight)
      nodes[node].symbol = Int16(code.symbol)
    }
    return root
  }

  private mutating func addNode() -> Root {
    nodes.append(Node())
    return Root(nodes.count - 1)
  }

  private mutating func lower(_ node: Int, to cost: Int) {
    nodes[node].cost = min(nodes[node].cost, UInt16(cost))
  }
}

extension AVCCodes {
  private mutating func addSliceCodes() {
    stop = add([AVCCode(zeros: 0)])
    alignment = addNode()
    nodes[Int(alignment)].zero = alignment
    zero = stop
    sliceType = add([5, 7].map { AVCCode(codeNum: $0, symbol: $0) })
    // A skipped macroblock costs nothing more.
    skipRun = add([AVCCode(codeNum: 0, symbol: 0, weight: 20), AVCCode(codeNum: 1, symbol: 1)])
  }

  private mutating func addMacroblockCodes(_ parameters: AVCParameters) {
    // I_16x16 with DC prediction, mode 2, by chroma and luma pattern (Table 7-11).
    let intra = stride(from: 3, through: 23, by: 4).map { $0 }
    intraTypes = add(
      [AVCCode(codeNum: 0, symbol: 0, weight: 40)]
        + intra.map { AVCCode(codeNum: $0, symbol: $0, weight: $0) })
    // P_L0_16x16 is 0; those of I slices follow from 5 (7.4.5).
    predictedTypes = add(
      [AVCCode(codeNum: 0, symbol: 0)]
        + intra.map { AVCCode(codeNum: $0 + 5, symbol: $0 + 5, weight: $0) })
    modes = (0...8).map { add(Self.modeCodes(Array(0...8), predicted: $0)) }
    modes += [[2], [1, 2, 8], [0, 2, 3, 7]].map { add(Self.modeCodes($0, predicted: 2)) }
    references = (0...parameters.referenceFrames).map { add(Self.referenceCodes($0)) }
    motion = [parameters.motionBits.horizontal, parameters.motionBits.vertical].map { bits in
      // Motion by whole samples is a multiple of four: 0, or at least eight in codeNum + 1.
      add(([0] + Array(3...max(3, bits))).map { AVCCode(zeros: $0, weight: $0) })
    }
    motionEnd = add([AVCCode("000", symbol: 0), AVCCode("001", symbol: 1)])
    intraPatterns = add(Self.patternCodes(AVCTables.intraPatterns))
    interPatterns = add(Self.patternCodes(AVCTables.interPatterns))
    intraDeltas = add(Self.deltaCodes(from: parameters.intraQP))
    predictedDeltas = add(Self.deltaCodes(from: parameters.predictedQP))
  }

  /// prev_intra4x4_pred_mode_flag and rem_intra4x4_pred_mode (8.3.1.1).
  private static func modeCodes(_ modes: [Int], predicted: Int) -> [AVCCode] {
    modes.map { mode in
      if mode == predicted { return AVCCode("1", symbol: mode) }
      let rest = mode < predicted ? mode : mode - 1
      let digits = "0" + [4, 2, 1].map { rest & $0 == 0 ? "0" : "1" }.joined()
      return AVCCode(Substring(digits), symbol: mode)
    }
  }

  /// te(v): one bit, inverted, of two references, otherwise ue(v) (9.1).
  private static func referenceCodes(_ count: Int) -> [AVCCode] {
    if count == 2 { return [AVCCode("1", symbol: 0), AVCCode("0", symbol: 1)] }
    return (0..<count).map { AVCCode(codeNum: $0, symbol: $0) }
  }

  private static func patternCodes(_ patterns: [Int]) -> [AVCCode] {
    patterns.enumerated().map { codeNum, pattern in
      AVCCode(codeNum: codeNum, symbol: pattern, weight: 4 * pattern.nonzeroBitCount)
    }
  }

  /// mb_qp_delta: a macroblock is quantized more coarsely where a level has no code, above 2,063.
  ///
  /// The largest levels are of the DC transforms of residuals of 128 in 256 luma samples and of 255 in 64
  /// chroma samples, 2,048 and 2,040 divided by the quantizer's step, which is 1 for a quantizer of 4.
  private static func deltaCodes(from quantizer: Int) -> [AVCCode] {
    (0...max(0, 4 - quantizer)).map {
      AVCCode(codeNum: $0 == 0 ? 0 : 2 * $0 - 1, symbol: $0)
    }
  }

  private mutating func addCoeffTokens() {
    let long = (0..<64).map { String(64 + $0, radix: 2).dropFirst() }
    // 6 bits for 8 ≤ nC: TotalCoeff − 1 and TrailingOnes, but 000011 for none (Table 9-5).
    let above8 =
      [String(long[3])]
      + (0..<16).map { total in
        (0...min(3, total + 1)).map { String(long[4 * total + $0]) }.joined(separator: " ")
      }
    let tables = [
      AVCTables.coeffTokenBelow2, AVCTables.coeffTokenBelow4, AVCTables.coeffTokenBelow8, above8,
    ]
    coeffToken = [16, 15].flatMap { most in
      tables.map { add(Self.tokenCodes($0.prefix(most + 1))) }
    }
    coeffToken.append(add(Self.tokenCodes(AVCTables.coeffTokenChromaDC[...])))
  }

  private static func tokenCodes(_ rows: ArraySlice<String>) -> [AVCCode] {
    rows.enumerated().flatMap { total, row in
      row.split(separator: " ").enumerated().map { ones, digits in
        AVCCode(digits, symbol: 4 * total + ones, weight: 4 * total - 2 * ones)
      }
    }
  }

  private mutating func addRuns() {
    // Not above 15 in this profile (9.2.2.1).
    levelPrefix = add((0...15).map { AVCCode(zeros: $0) })
    totalZeros16 = (1...15).map { add(Self.runCodes(AVCTables.totalZeros[$0 - 1], most: 16 - $0)) }
    totalZeros15 = (1...14).map { add(Self.runCodes(AVCTables.totalZeros[$0 - 1], most: 15 - $0)) }
    totalZeros4 = AVCTables.totalZerosChromaDC.map { add(Self.runCodes($0, most: 3)) }
    runBefore = (1...14).map { add(Self.runCodes(AVCTables.runBefore[min($0, 7) - 1], most: $0)) }
  }

  private static func runCodes(_ row: String, most: Int) -> [AVCCode] {
    row.split(separator: " ").prefix(most + 1).enumerated().map { AVCCode($1, symbol: $0) }
  }
}
