/// Byte strings, each with a number, as a tree, so that those which begin alike are tested together.
package struct ByteTrie: Sendable {
  private struct Node {
    let byte: UInt8
    /// The number of the string that ends here, or −1.
    var string: Int32 = -1
    /// Index of the first node behind this one, or −1.
    var child: Int32 = -1
    /// Index of the next node behind the same parent, or −1.
    var sibling: Int32 = -1
  }

  /// Strings that were found.
  package struct Matches: Sendable {
    /// Their numbers.
    package internal(set) var strings: NumberSet
    /// Most bytes of a string that were looked at.
    package internal(set) var depth = 0
  }

  /// Bytes of the longest string.
  package private(set) var longest = 1
  /// Above all numbers.
  private let end: Int
  /// Node b is the single byte b; these are siblings.
  private var nodes: [Node]

  /// The trie of no strings, whose numbers are to be below `end`.
  package init(below end: Int) {
    self.end = end
    nodes = (0..<256).map { Node(byte: UInt8($0), sibling: $0 < 255 ? Int32($0 + 1) : -1) }
  }

  /// Adds a string that is not empty; of two with the same bytes the first stands for both.
  package mutating func insert(_ bytes: [UInt8], _ string: Int32) {
    precondition(!bytes.isEmpty, "string \(string) is empty")
    longest = max(longest, bytes.count)
    var node = Int(bytes[0])
    for byte in bytes.dropFirst() {
      if let child = child(of: node, byte) {
        node = child
      } else {
        nodes.append(Node(byte: byte, sibling: nodes[node].child))
        nodes[node].child = Int32(nodes.count - 1)
        node = nodes.count - 1
      }
    }
    if nodes[node].string < 0 { nodes[node].string = string }
  }

  /// Whether there is a string that begins with these bytes and goes on.
  package func isBeginning(_ bytes: ArraySlice<UInt8>) -> Bool {
    node(of: bytes).map { nodes[$0].child >= 0 } ?? false
  }

  /// The strings that begin with `known`, or are its beginning, and go on with bytes of `allowed` and
  /// then those by which a state can go on.
  ///
  /// - Parameters:
  ///   - known: bytes that must come first.
  ///   - allowed: bytes that may follow them.
  ///   - state: the state behind `known`.
  ///   - advance: takes a state on by a byte; false if it cannot go on so.
  /// - Complexity: a call of `advance` for each node behind an allowed one.
  package func matches<State>(
    after known: [UInt8], _ allowed: ByteSet, from state: State,
    advance: (_ state: inout State, _ byte: UInt8) -> Bool
  ) -> Matches {
    var matches = Matches(strings: NumberSet(below: end))
    for count in known.indices {
      guard let node = node(of: known[...count]) else { return matches }
      if nodes[node].string >= 0 { matches.strings.insert(nodes[node].string) }
    }
    let first = known.isEmpty ? 0 : node(of: known[...]).map { nodes[$0].child } ?? -1
    var pending: [(next: Int32, depth: Int, state: State)] = []
    pending.reserveCapacity(16)
    pending.append((next: first, depth: known.count + 1, state: state))
    while let (first, depth, state) = pending.popLast() {
      if first >= 0 { matches.depth = max(matches.depth, depth) }
      var next = first
      while next >= 0 {
        let node = nodes[Int(next)]
        next = node.sibling
        // What is allowed first is known, and there are most nodes: a state is for those beyond.
        let isFirst = depth == known.count + 1
        if isFirst, !allowed.contains(node.byte) { continue }
        if !isFirst || node.child >= 0 {
          var behind = state
          guard advance(&behind, node.byte) else { continue }
          if node.child >= 0 { pending.append((node.child, depth + 1, behind)) }
        }
        if node.string >= 0 { matches.strings.insert(node.string) }
      }
    }
    return matches
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = Int(nodes[node].child)
    while child >= 0, nodes[child].byte != byte { child = Int(nodes[child].sibling) }
    return child >= 0 ? child : nil
  }

  private func node(of bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    var node = Int(first)
    for byte in bytes.dropFirst() {
      guard let next = child(of: node, byte) else { return nil }
      node = next
    }
    return node
  }
}
