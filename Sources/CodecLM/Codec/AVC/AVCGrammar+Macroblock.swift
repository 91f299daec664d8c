extension AVCGrammar.Rules {
  typealias Slice = AVCGrammar.Slice
  typealias Picture = AVCGrammar.Picture
  typealias Element = AVCGrammar.Element

  /// Goes on by a bit of a slice; false if nothing that may stand here begins so.
  func read(_ bit: Bool, _ slice: inout Slice, _ picture: Picture) -> Bool {
    if slice.numberBits > 0 {
      slice.number = slice.number << 1 | (bit ? 1 : 0)
      slice.numberBits -= 1
      if slice.numberBits == 0 { takeNumber(&slice) }
      return true
    }
    if slice.element == .header {
      guard bit == slice.header.first else { return false }
      slice.header.removeFirst()
      if slice.header.count == 0 { endHeader(&slice) }
      return true
    }
    let node = codes.nodes[Int(slice.node)]
    slice.node = bit ? node.one : node.zero
    if slice.node == 0 { return false }
    let symbol = codes.nodes[Int(slice.node)].symbol
    if symbol >= 0 { take(Int(symbol), &slice, picture) }
    return true
  }

  /// Makes a syntax element the one that is due.
  func expect(_ element: Element, _ root: AVCCodes.Root, _ slice: inout Slice) {
    slice.element = element
    slice.node = root
  }

  /// Makes a number of some bits due, which may be none.
  func expectNumber(_ element: Element, bits: Int, _ slice: inout Slice) {
    slice.element = element
    slice.number = 0
    slice.numberBits = UInt8(bits)
    if bits == 0 { takeNumber(&slice) }
  }

  private func endHeader(_ slice: inout Slice) {
    switch slice.kind {
    case .undecided: expect(.sliceType, codes.sliceType, &slice)
    case .predicted: expect(.skipRun, codes.skipRun, &slice)
    case .idr, .intra: expect(.macroblockType, codes.intraTypes, &slice)
    }
  }

  /// Goes on by a whole code (7.3.4, 7.3.5).
  private func take(_ symbol: Int, _ slice: inout Slice, _ picture: Picture) {
    switch slice.element {
    case .sliceType:
      slice.kind = symbol == 5 ? .predicted : .intra
      slice.header = SliceHeader(slice.kind, picture, parameters).rest
      slice.element = .header
    case .skipRun:
      if symbol == 1 {
        endMacroblock(&slice)
      } else {
        expect(.macroblockType, codes.predictedTypes, &slice)
      }
    case .macroblockType: takeType(symbol, &slice, picture)
    case .predictionMode: takeMode(symbol, &slice)
    case .chromaMode:
      if slice.prediction == .intra16x16 {
        expectDelta(&slice)
      } else {
        expect(.codedBlockPattern, codes.intraPatterns, &slice)
      }
    case .reference: expect(.horizontal, codes.motion[0], &slice)
    case .horizontal, .vertical: takeMotion(symbol, &slice)
    case .horizontalEnd: expect(.vertical, codes.motion[1], &slice)
    case .verticalEnd: expect(.codedBlockPattern, codes.interPatterns, &slice)
    case .codedBlockPattern:
      slice.pattern = UInt8(symbol)
      if symbol == 0 { endMacroblock(&slice) } else { expectDelta(&slice) }
    case .quantizerDelta: beginResidual(&slice)
    case .coeffToken: takeToken(symbol, &slice)
    case .levelPrefix: takePrefix(symbol, &slice)
    case .totalZeros: takeZeros(symbol, &slice)
    case .runBefore: takeRun(symbol, &slice)
    case .stop: expect(.alignment, codes.alignment, &slice)
    case .header, .trailingOnes, .levelSuffix, .alignment:
      preconditionFailure("\(slice.element) has no codes")
    }
  }

  /// Goes on by a whole number.
  private func takeNumber(_ slice: inout Slice) {
    switch slice.element {
    case .horizontal: expect(.horizontalEnd, codes.motionEnd, &slice)
    case .vertical: expect(.verticalEnd, codes.motionEnd, &slice)
    case .trailingOnes: nextLevel(&slice)
    case .levelSuffix: takeLevel(&slice)
    default: preconditionFailure("\(slice.element) is no number")
    }
  }

  /// mb_type (Tables 7-11 and 7-13).
  private func takeType(_ symbol: Int, _ slice: inout Slice, _ picture: Picture) {
    let isPredicted = slice.kind == .predicted
    if isPredicted, symbol == 0 {
      slice.prediction = .inter
      let references = parameters.references(behind: picture.frameNumber)
      if references > 1 {
        expect(.reference, codes.references[references], &slice)
      } else {
        expect(.horizontal, codes.motion[0], &slice)
      }
      return
    }
    let type = isPredicted ? symbol - 5 : symbol
    slice.block = 0
    if type == 0 {
      slice.prediction = .intra4x4
      expectMode(&slice)
    } else {
      slice.prediction = .intra16x16
      slice.pattern = UInt8(((type - 1) / 4 % 3) << 4 | (type > 12 ? 15 : 0))
      // intra_chroma_pred_mode is DC, 0.
      expect(.chromaMode, codes.zero, &slice)
    }
  }

  /// mvd_l0, which is the motion vector itself, in quarters of a sample.
  ///
  /// Without subpixel refinement x264 moves by whole samples: the last bits of ue(v) are 00 and the
  /// sign (9.1.1).
  private func takeMotion(_ bits: Int, _ slice: inout Slice) {
    if bits > 0 { return expectNumber(slice.element, bits: bits - 3, &slice) }
    if slice.element == .horizontal {
      expect(.vertical, codes.motion[1], &slice)
    } else {
      expect(.codedBlockPattern, codes.interPatterns, &slice)
    }
  }

  /// The mode of an Intra_4x4 block: predicted from the blocks to the left and above, as DC where one of
  /// them is in another macroblock, and restricted to the samples that are there (8.3.1.1, 8.3.1.2).
  private func expectMode(_ slice: inout Slice) {
    let (left, above) = BlockNeighbours.luma[Int(slice.block)]
    let tree =
      switch (left, above) {
      case (nil, nil): 9
      case (_, nil): 10
      case (nil, _): 11
      case (let left?, let above?): min(slice.blocks[left], slice.blocks[above])
      }
    expect(.predictionMode, codes.modes[tree], &slice)
  }

  private func takeMode(_ mode: Int, _ slice: inout Slice) {
    slice.blocks[Int(slice.block)] = mode
    slice.block += 1
    if slice.block < 16 {
      expectMode(&slice)
    } else {
      expect(.chromaMode, codes.zero, &slice)
    }
  }

  private func expectDelta(_ slice: inout Slice) {
    let isPredicted = slice.kind == .predicted
    expect(
      .quantizerDelta, isPredicted ? codes.predictedDeltas : codes.intraDeltas, &slice)
  }

  func endMacroblock(_ slice: inout Slice) { expect(.stop, codes.stop, &slice) }
}

/// The 4 × 4 blocks of the same macroblock beside each one.
enum BlockNeighbours {
  /// Luma blocks in their order (Figure 6-10), the left and the upper one.
  static let luma = (0..<16).map { block in
    // Bits 0 and 2 of the number are the column, bits 1 and 3 the row.
    let column = block & 1 | block >> 1 & 2
    let row = block >> 1 & 1 | block >> 2 & 2
    return (
      left: column > 0 ? number(column - 1, row) : nil,
      above: row > 0 ? number(column, row - 1) : nil
    )
  }

  private static func number(_ column: Int, _ row: Int) -> Int {
    column & 1 | (row & 1) << 1 | (column & 2) << 1 | (row & 2) << 2
  }
}
