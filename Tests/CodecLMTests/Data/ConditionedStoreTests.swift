import CodecLM
import TestSupport
import Testing

/// Images of which each has tokens before its own.
@Suite struct ConditionedStoreTests {
  private let fixture: StoreFixture
  private let plain: TokenStore
  private let store: TokenStore

  /// None, one or two tokens, so that prefixes differ in length.
  private static func condition(_ image: Int) -> [Int32] {
    Array([300 + Int32(image), 400 + Int32(image)].prefix(image % 3))
  }

  init() throws {
    fixture = try StoreFixture(lengths: (0..<40).map { [0, 23, 60][safe: $0] ?? ($0 * 29) % 20 })
    plain = try fixture.build()
    store = plain.conditioned(on: Self.condition)
  }

  @Test func `an image's sequence has its condition, and a plain store's has none`() {
    for image in 0..<store.count {
      let expected = TokenSequence(
        of: store.tokens(of: image), condition: Self.condition(image), .bytes)
      #expect(store.sequence(of: image) == expected)
      #expect(plain.sequence(of: image) == TokenSequence(of: store.tokens(of: image), .bytes))
      #expect(store.prefix(of: image) == [256] + Self.condition(image))
    }
  }

  @Test(arguments: [(2, 64), (3, 24), (4, 2)])
  func `batches hold every position of every sequence, and count what is learnt`(
    rows: Int, context: Int
  ) {
    var parts: [Int: [(tokens: [Int32], targets: [Int32], weights: [Float])]] = [:]
    var (predictions, images, bytes) = (0, 0, 0)
    for batch in HeldOutBatches(store, rows: rows, context: context) {
      #expect(batch.weights.count == rows * context && batch.positions.count == rows * context)
      #expect(batch.weights.count { $0 == 1 } == batch.predictions)
      #expect(batch.weights.count { $0 == 0 } == rows * context - batch.predictions)
      #expect(zip(batch.weights, batch.targets).allSatisfy { ($0 == 0) == ($1 == -1) })
      for (image, segment) in zip(batch.sources, batch.segments) {
        #expect(batch.positions[segment].elementsEqual(0..<Int32(segment.count)))
        parts[image, default: []].append(
          (
            Array(batch.tokens[segment]), Array(batch.targets[segment]),
            Array(batch.weights[segment])
          ))
      }
      predictions += batch.predictions
      images += batch.images
      bytes += batch.bytes
    }
    for image in store.heldOutIndices {
      let sequence = store.sequence(of: image)
      // Windows of one image may be packed in any order.
      let windows = sequence.windows(of: context)
      #expect(parts[image]?.count == windows.count)
      for window in windows {
        let isThere = parts[image]?.contains {
          $0.tokens == Array(sequence.inputs[window])
            && $0.targets == Array(sequence.targets[window])
            && $0.weights == Array(sequence.weights[window])
        }
        #expect(isThere == true)
      }
    }
    let tokens = store.heldOutIndices.reduce(0) { $0 + store.tokenCount(of: $1) }
    #expect(images == store.heldOutIndices.count && bytes == tokens)
    #expect(predictions == tokens + images)
  }

  @Test func `a batch of plain images is what it was without conditions`() throws {
    var sampler = try BatchSampler(plain, rows: 3, context: 24, seed: 1)
    var other = try BatchSampler(
      store.conditioned { _ in [] }, rows: 3, context: 24, seed: 1)
    for _ in 0..<20 { #expect(sampler.next() == other.next()) }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
