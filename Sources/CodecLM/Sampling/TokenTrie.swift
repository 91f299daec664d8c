import Synchronization

/// The byte strings of a vocabulary as a tree, so that tokens which begin alike are tested together;
/// and which tokens were found to be allowed where, for the grammar of one profile.
package final class TokenTrie: Sendable {
  private struct Node {
    let byte: UInt8
    /// The token that these bytes are, or −1.
    var token: Int32 = -1
    /// Index of the first node behind this one, or −1.
    var child: Int32 = -1
    /// Index of the next node behind the same parent, or −1.
    var sibling: Int32 = -1
  }

  /// What the tokens mean.
  package let tokenizer: Tokenizer
  /// Tokens that spell nothing and stand before a stream's first byte, as SentencePiece's ▁ does.
  let opening: [Int32]
  /// Node b is the single byte b; these are siblings.
  private let nodes: [Node]
  /// Bytes of the longest token.
  private let longest: Int
  /// What is allowed at the places that were met so far.
  private let masks = Mutex<[UInt64: TokenSet]>([:])
  /// Most places to remember.
  private static let places = 1 << 16

  /// The tree of a tokenizer's tokens.
  package init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    opening = Array(tokenizer.encode([0]).prefix { tokenizer.bytes(of: $0).isEmpty })
    var nodes = (0..<256).map {
      Node(byte: UInt8($0), sibling: $0 < 255 ? Int32($0 + 1) : -1)
    }
    var longest = 1
    for token in 0..<Int32(tokenizer.count) {
      let bytes = tokenizer.bytes(of: token)
      longest = max(longest, bytes.count)
      Self.insert(bytes, token, into: &nodes)
    }
    self.nodes = nodes
    self.longest = longest
  }

  private static func insert(_ bytes: [UInt8], _ token: Int32, into nodes: inout [Node]) {
    guard let first = bytes.first else { return }
    var node = Int(first)
    for byte in bytes.dropFirst() {
      var child = Int(nodes[node].child)
      while child >= 0, nodes[child].byte != byte { child = Int(nodes[child].sibling) }
      if child < 0 {
        child = nodes.count
        nodes.append(Node(byte: byte, sibling: nodes[node].child))
        nodes[node].child = Int32(child)
      }
      node = child
    }
    // Of two tokens with the same bytes the lower stands for both.
    if nodes[node].token < 0 { nodes[node].token = token }
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = Int(nodes[node].child)
    while child >= 0, nodes[child].byte != byte { child = Int(nodes[child].sibling) }
    return child >= 0 ? child : nil
  }

  /// The tokenizer's own tokens of bytes that follow others.
  func spelling(of bytes: [UInt8]) -> ArraySlice<Int32> {
    tokenizer.encode(bytes).dropFirst(opening.count)
  }

  /// How many of `bytes` cannot be in one token with bytes that follow them.
  func settledCount(of bytes: [UInt8]) -> Int {
    for start in max(0, bytes.count - longest + 1)..<bytes.count {
      if let node = node(of: bytes[start...]), nodes[node].child >= 0 { return start }
    }
    return bytes.count
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

extension TokenTrie {
  /// The tokens all of whose bytes the grammar allows in sequence, `allowed` being those that it allows
  /// first.
  ///
  /// - Complexity: a look into a table, which all streams share; at a place that is new as below.
  func tokens(_ grammar: any ByteGrammar, _ allowed: ByteSet) -> TokenSet {
    guard let place = grammar.place(ahead: longest) else {
      return tokens(after: [], allowed, grammar)
    }
    if let known = masks.withLock({ $0[place] }) { return known }
    let tokens = tokens(after: [], allowed, grammar)
    masks.withLock { if $0.count < Self.places { $0[place] = tokens } }
    return tokens
  }

  /// The tokens whose bytes begin with `known`, or are its beginning, and go on with bytes of `allowed`
  /// and then those that `grammar` allows; without a grammar any.
  ///
  /// - Complexity: a step of the grammar for each node behind an allowed one.
  func tokens(
    after known: [UInt8], _ allowed: ByteSet, _ grammar: (any ByteGrammar)?
  ) -> TokenSet {
    var result = TokenSet(count: tokenizer.count)
    var last: Int?
    for (depth, byte) in known.enumerated() {
      guard let node = depth == 0 ? Int(byte) : last.flatMap({ child(of: $0, byte) }) else {
        return result
      }
      if nodes[node].token >= 0 { result.insert(nodes[node].token) }
      last = node
    }
    if let grammar {
      collect(behind: last, allowed, grammar, into: &result)
    } else {
      collect(behind: last, allowed, AnyByte(), into: &result)
    }
    return result
  }

  private func collect(
    behind parent: Int?, _ allowed: ByteSet, _ grammar: some ByteGrammar,
    into result: inout TokenSet
  ) {
    var node = parent.map { Int(nodes[$0].child) } ?? 0
    while node >= 0 {
      if allowed.contains(nodes[node].byte) {
        if nodes[node].token >= 0 { result.insert(nodes[node].token) }
        if nodes[node].child >= 0 { descend(from: node, grammar, into: &result) }
      }
      node = Int(nodes[node].sibling)
    }
  }

  /// Adds what is allowed behind a node whose own byte is.
  private func descend(
    from node: Int, _ grammar: some ByteGrammar, into result: inout TokenSet
  ) {
    var behind = grammar
    guard behind.advance(nodes[node].byte) else { return }
    var child = Int(nodes[node].child)
    while child >= 0 {
      var next = behind
      if next.advance(nodes[child].byte) {
        if nodes[child].token >= 0 { result.insert(nodes[child].token) }
        if nodes[child].child >= 0 { descend(from: child, behind, into: &result) }
      }
      child = Int(nodes[child].sibling)
    }
  }
}

/// Allows every byte, and no end.
private struct AnyByte: ByteGrammar {
  var allowedBytes: ByteSet { .all }
  var forcedByte: UInt8? { nil }
  var isComplete: Bool { false }
  mutating func advance(_ byte: UInt8) -> Bool { true }
  func completion(beginning prefix: BitPrefix) -> [UInt8] { [] }
}

/// A set of tokens of a vocabulary.
struct TokenSet: Sendable, Equatable {
  private var words: [UInt64]
  private(set) var count = 0

  /// The empty set of a vocabulary of `count` tokens.
  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  /// Whether a token is in the set.
  func contains(_ token: Int32) -> Bool {
    words[Int(token) >> 6] >> UInt64(token & 63) & 1 != 0
  }

  /// Adds a token.
  mutating func insert(_ token: Int32) {
    guard !contains(token) else { return }
    words[Int(token) >> 6] |= 1 << UInt64(token & 63)
    count += 1
  }

  /// The lowest token of the set.
  var first: Int32? {
    for (index, word) in words.enumerated() where word != 0 {
      return Int32(64 * index + word.trailingZeroBitCount)
    }
    return nil
  }
}
