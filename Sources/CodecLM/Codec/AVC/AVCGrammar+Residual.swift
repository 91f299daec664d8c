extension AVCGrammar.Rules {
  /// The residual's blocks in their order (7.3.5.3).
  private static let chromaDC: UInt8 = 17
  private static let chromaAC: UInt8 = 19
  private static let blocks: UInt8 = 27

  func beginResidual(_ slice: inout Slice) {
    slice.blocks = AVCGrammar.Nibbles()
    slice.block = slice.prediction == .intra16x16 ? 0 : 1
    nextBlock(&slice)
  }

  /// Makes the next block that coded_block_pattern names the one that is due.
  private func nextBlock(_ slice: inout Slice) {
    while slice.block < Self.blocks {
      if isCoded(slice) { return expect(.coeffToken, tokenTree(slice), &slice) }
      slice.block += 1
    }
    endMacroblock(&slice)
  }

  private func isCoded(_ slice: Slice) -> Bool {
    switch slice.block {
    case 0: true
    case ..<Self.chromaDC: slice.pattern >> ((slice.block - 1) / 4) & 1 == 1
    case ..<Self.chromaAC: slice.pattern >> 4 > 0
    default: slice.pattern >> 4 == 2
    }
  }

  /// Most levels of the block.
  private func mostLevels(_ slice: Slice) -> UInt8 {
    switch slice.block {
    case 0: 16
    case ..<Self.chromaDC: slice.prediction == .intra16x16 ? 15 : 16
    case ..<Self.chromaAC: 4
    default: 15
    }
  }

  /// The table of coeff_token by nC (9.2.1).
  private func tokenTree(_ slice: Slice) -> AVCCodes.Root {
    let most = mostLevels(slice)
    if most == 4 { return codes.coeffToken[8] }
    let range =
      switch levelsBeside(slice) {
      case ..<2: 0
      case ..<4: 1
      case ..<8: 2
      default: 3
      }
    return codes.coeffToken[most == 15 ? 4 + range : range]
  }

  /// nC: the mean of TotalCoeff to the left and above, or of the only one.
  private func levelsBeside(_ slice: Slice) -> Int {
    let neighbours: (left: Int?, above: Int?)
    switch slice.block {
    case 0: return 0
    case ..<Self.chromaDC: neighbours = BlockNeighbours.luma[Int(slice.block) - 1]
    default:
      let block = Int(slice.block - Self.chromaAC) % 4
      neighbours = (block & 1 > 0 ? block - 1 : nil, block > 1 ? block - 2 : nil)
    }
    switch neighbours {
    case (let left?, let above?): return (slice.blocks[left] + slice.blocks[above] + 1) >> 1
    case (let only?, nil), (nil, let only?): return slice.blocks[only]
    case (nil, nil): return 0
    }
  }

  /// coeff_token.
  func takeToken(_ symbol: Int, _ slice: inout Slice) {
    slice.total = UInt8(symbol / 4)
    slice.ones = UInt8(symbol % 4)
    switch slice.block {
    case 1..<Self.chromaDC: slice.blocks[Int(slice.block) - 1] = min(15, symbol / 4)
    case Self.chromaAC...:
      // The two components' blocks take the places of luma's, in the order in which they are read.
      slice.blocks[Int(slice.block - Self.chromaAC) % 4] = min(15, symbol / 4)
    default: break
    }
    if slice.total == 0 { return endBlock(&slice) }
    slice.left = slice.total - slice.ones
    slice.suffixLength = slice.total > 10 && slice.ones < 3 ? 1 : 0
    expectNumber(.trailingOnes, bits: Int(slice.ones), &slice)
  }

  /// The next level, or what follows the last.
  func nextLevel(_ slice: inout Slice) {
    if slice.left > 0 { return expect(.levelPrefix, codes.levelPrefix, &slice) }
    let most = mostLevels(slice)
    slice.left = slice.total - 1
    if slice.total == most { return endBlock(&slice) }
    let trees =
      switch most {
      case 4: codes.totalZeros4
      case 15: codes.totalZeros15
      default: codes.totalZeros16
      }
    expect(.totalZeros, trees[Int(slice.total) - 1], &slice)
  }

  /// level_prefix (9.2.2.1).
  func takePrefix(_ symbol: Int, _ slice: inout Slice) {
    slice.prefix = UInt8(symbol)
    let bits =
      switch symbol {
      case 14 where slice.suffixLength == 0: 4
      case 15: 12
      default: Int(slice.suffixLength)
      }
    expectNumber(.levelSuffix, bits: bits, &slice)
  }

  /// level_suffix: the level decides on the next one's length of it (9.2.2.1).
  func takeLevel(_ slice: inout Slice) {
    var code = Int(slice.prefix) << Int(slice.suffixLength) + Int(slice.number)
    if slice.prefix == 15, slice.suffixLength == 0 { code += 15 }
    if slice.left == slice.total - slice.ones, slice.ones < 3 { code += 2 }
    let magnitude = (code + 2) >> 1
    if slice.suffixLength == 0 { slice.suffixLength = 1 }
    if slice.suffixLength < 6, magnitude > 3 << Int(slice.suffixLength - 1) {
      slice.suffixLength += 1
    }
    slice.left -= 1
    nextLevel(&slice)
  }

  /// total_zeros (9.2.3).
  func takeZeros(_ symbol: Int, _ slice: inout Slice) {
    slice.zerosLeft = UInt8(symbol)
    nextRun(&slice)
  }

  /// run_before (9.2.3).
  func takeRun(_ symbol: Int, _ slice: inout Slice) {
    slice.zerosLeft -= UInt8(symbol)
    slice.left -= 1
    nextRun(&slice)
  }

  private func nextRun(_ slice: inout Slice) {
    if slice.zerosLeft == 0 || slice.left == 0 { return endBlock(&slice) }
    expect(.runBefore, codes.runBefore[Int(slice.zerosLeft) - 1], &slice)
  }

  private func endBlock(_ slice: inout Slice) {
    slice.block += 1
    nextBlock(&slice)
  }
}
