/// One block of 8 × 8 coefficients, as it is coded (ITU-T T.81 F.1.2).
package struct JPEGDataUnit: Hashable, Sendable, Encodable {
  /// A Huffman code and the bits of the value behind it.
  package struct Code: Hashable, Sendable, Encodable {
    /// What the code stands for.
    package enum Kind: String, Hashable, Sendable, Encodable {
      /// The difference of the DC coefficient to the one before in its component.
      case dc = "DC"
      /// A run of zeros and a coefficient.
      case ac = "AC"
      /// ZRL: sixteen zeros.
      case zeroRun = "ZRL"
      /// EOB: nothing but zeros follows.
      case endOfBlock = "EOB"
    }

    /// What the code stands for.
    package let kind: Kind
    /// Where the code begins, in bits from the beginning of the file.
    package let bitOffset: Int
    /// Where the value ends.
    ///
    /// More than ``bits`` after ``bitOffset`` when stuffing is between them.
    package let bitEnd: Int
    /// The code.
    package let code: Int
    /// Its length in bits.
    package let codeLength: Int
    /// Zeros before the coefficient.
    package let run: Int
    /// Zig-zag index of the coefficient.
    package let index: Int
    /// Length of the value in bits: its category.
    package let category: Int
    /// The DC difference, or the AC coefficient.
    package let value: Int

    /// Bits of code and value.
    package var bits: Int { codeLength + category }
  }

  /// The place of its component in the frame header.
  package let component: Int
  /// The DC coefficient, before dequantization as all here.
  package internal(set) var dc = 0
  /// The codes in their order.
  package internal(set) var codes: [Code] = []

  init(component: Int) { self.component = component }

  /// The 64 coefficients in zig-zag order, before dequantization.
  package var coefficients: [Int] {
    var all = [Int](repeating: 0, count: 64)
    all[0] = dc
    for code in codes where code.kind == .ac { all[code.index] = code.value }
    return all
  }
}

extension EntropyReader {
  /// Reads a data unit (T.81 F.2.2.1 and F.2.2.2).
  ///
  /// - Parameters:
  ///   - unit: is emptied and filled.
  ///   - prediction: the DC coefficient of the component's unit before; becomes this one's.
  /// - Throws: `JPEGFault`, also at a run past coefficient 63 and a category that 8-bit samples do not
  ///   have (F.1.2.1.1, F.1.2.2.1).
  mutating func read(
    _ unit: inout JPEGDataUnit, dc: HuffmanDecoder, ac: HuffmanDecoder, prediction: inout Int
  ) throws(JPEGFault) {
    unit.codes.removeAll(keepingCapacity: true)
    let difference = try code(dc, index: 0)
    unit.codes.append(difference)
    prediction += difference.value
    unit.dc = prediction
    var index = 1
    while index < 64 {
      let code = try code(ac, index: index)
      unit.codes.append(code)
      if code.kind == .endOfBlock { break }
      index = code.index + 1
    }
    if let last = unit.codes.last, last.kind == .zeroRun {
      throw JPEGFault(last.bitOffset / 8, "a run past coefficient 63")
    }
  }

  private mutating func code(
    _ table: HuffmanDecoder, index: Int
  ) throws(JPEGFault) -> JPEGDataUnit.Code {
    let start = bitOffset
    let (symbol, code, length) = try table.decode(&self)
    let (run, category) = index == 0 ? (0, Int(symbol)) : (Int(symbol >> 4), Int(symbol & 15))
    let kind: JPEGDataUnit.Code.Kind =
      index == 0 ? .dc : symbol == 0 ? .endOfBlock : symbol == 0xF0 ? .zeroRun : .ac
    guard category <= (index == 0 ? 11 : 10), kind != .ac || category > 0 else {
      throw JPEGFault(start / 8, "symbol \(symbol) of a \(index == 0 ? "DC" : "AC") table")
    }
    let place = kind == .endOfBlock ? index : index + run
    guard place <= 63 else { throw JPEGFault(start / 8, "a run past coefficient 63") }
    let bits = try bits(category)
    // EXTEND (F.2.2.1): values that begin with 0 are negative.
    let isNegative = category > 0 && bits >> (category - 1) == 0
    return .init(
      kind: kind, bitOffset: start, bitEnd: bitEnd, code: code, codeLength: length, run: run,
      index: place,
      category: category, value: isNegative ? bits - (1 << category) + 1 : bits)
  }
}
