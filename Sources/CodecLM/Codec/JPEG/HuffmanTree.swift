/// A Huffman table (ITU-T T.81 C.2) as a binary tree, with what a grammar asks of each node.
struct HuffmanTree: Sendable {
  /// What stands below a node; small, for a table's nodes are to stay in the processor's first cache.
  struct Node: Sendable {
    /// Index of the node behind bit 0 and bit 1; 0 where no code continues so.
    var children: (zero: UInt16, one: UInt16) = (0, 0)
    /// The symbol whose code ends here.
    var symbol: UInt8?
    /// Whether EOB's code ends here or below (AC tables).
    var hasEndOfBlock = false
    /// The fewest zeros before a coefficient, or skipped by ZRL, of the other symbols here and below.
    var leastRun = UInt8.max
  }

  /// A code: its bits, and how many.
  struct Code: Sendable {
    var bits: UInt16 = 0
    var length = 0
  }

  private(set) var nodes = [Node()]
  /// The code of each symbol, of no length where there is none.
  private(set) var codes = [Code](repeating: Code(), count: 256)
  /// Length of EOB's code (AC tables).
  private(set) var endOfBlockBits = 0
  /// Fewest bits of a code and the value behind it (DC tables).
  private(set) var leastBits = Int.max

  /// A tree from the 16 numbers of codes of each length and the symbols in the order of their codes, as
  /// in a DHT segment (T.81 B.2.4.2).
  ///
  /// - Throws: ``CodecError/corrupt(_:)`` when there are more codes than fit.
  init(counts: some Sequence<UInt8>, symbols: some Sequence<UInt8>) throws(CodecError) {
    var symbols = symbols.makeIterator()
    var code = 0
    for (index, count) in counts.enumerated() {
      for _ in 0..<count {
        guard let symbol = symbols.next(), code < 1 << (index + 1) else {
          throw .corrupt(.huffmanTable(isMissing: false))
        }
        insert(symbol, code: code, length: index + 1)
        code += 1
      }
      code <<= 1
    }
  }

  private mutating func insert(_ symbol: UInt8, code: Int, length: Int) {
    var node = 0
    note(symbol, at: node)
    for bit in stride(from: length - 1, through: 0, by: -1) {
      let isOne = code >> bit & 1 == 1
      var next = isOne ? nodes[node].children.one : nodes[node].children.zero
      if next == 0 {
        // 256 symbols of at most 16 bits make no more than 4,097 nodes.
        next = UInt16(nodes.count)
        nodes.append(Node())
        if isOne { nodes[node].children.one = next } else { nodes[node].children.zero = next }
      }
      node = Int(next)
      note(symbol, at: node)
    }
    nodes[node].symbol = symbol
    codes[Int(symbol)] = Code(bits: UInt16(code), length: length)
    if symbol == 0 { endOfBlockBits = length }
    leastBits = min(leastBits, length + Int(symbol & 15))
  }

  private mutating func note(_ symbol: UInt8, at node: Int) {
    if symbol == 0 {
      nodes[node].hasEndOfBlock = true
    } else {
      // ZRL skips 16, and a coefficient must follow it (T.81 F.1.2.2.3).
      let run = symbol == 0xF0 ? 16 : symbol >> 4
      nodes[node].leastRun = min(nodes[node].leastRun, run)
    }
  }
}
