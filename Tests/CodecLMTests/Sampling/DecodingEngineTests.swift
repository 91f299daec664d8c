import CodecLM
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct DecodingEngineTests {
  /// Any token may come, until the end.
  private struct Anything: TokenConstraint {
    func process(_ logits: inout MutableSpan<Float>) {}
    func accept(_ drawn: Int32) -> [Int32] { [drawn] }
    func isEnd(_ token: Int32) -> Bool { token == 257 }
  }

  private typealias Request = SequenceRequest<Anything>

  private let weights: DecoderWeights

  init() throws {
    weights = try DecoderWeights(
      LlamaGradientTests.model(
        TestModels.configuration(vocabulary: 300, context: 48), deviation: 0.2))
  }

  /// Of every three one has a beginning of its own, longer than the others'.
  private func request(_ number: Int) -> Request {
    let body: [Int32] = number % 3 == 0 ? (0..<11).map { 7 * $0 } : [3, 1, 4]
    return Request(
      TokenSequence(prefix: [256, 280], body: body), Anything(),
      at: DrawAddress(seed: 5, stream: UInt64(number)))
  }

  private func engine(slots: Int, rows: Int = 64) throws -> DecodingEngine<Anything> {
    try DecodingEngine<Anything>(weights, slots: slots, rows: rows)
  }

  /// Steps until nothing is left; the bodies by the sequences' numbers.
  private func bodies(_ engine: inout DecodingEngine<Anything>) throws -> [Int: [Int32]] {
    var (bodies, told): ([Int: [Int32]], [Int: [Int32]]) = ([:], [:])
    while engine.isBusy {
      for event in try engine.step() {
        switch event {
        case .tokens(let new, _, let id): told[id.number, default: []] += new
        case .finished(let sequence):
          bodies[sequence.id.number] = sequence.body
          #expect(told[sequence.id.number] == sequence.body)
        }
      }
    }
    return bodies
  }

  private func together(slots: Int, rows: Int = 64) throws -> [Int: [Int32]] {
    var engine = try engine(slots: slots, rows: rows)
    for number in 0..<8 { _ = engine.submit(request(number)) }
    return try bodies(&engine)
  }

  @Test func `a sequence's tokens do not depend on its company or on the rows of a pass`() throws {
    let expected = try together(slots: 1)
    #expect(Set(expected.values).count == 8)
    #expect(expected.values.allSatisfy { $0.count > 11 || $0.last == 257 })
    for (slots, rows) in [(8, 64), (3, 3), (5, 7), (8, 8), (2, 200)] {
      #expect(try together(slots: slots, rows: rows) == expected, "\(slots) slots, \(rows) rows")
    }
  }

  @Test func `nor on when it was submitted and what was cancelled`() throws {
    let expected = try together(slots: 8)
    var engine = try engine(slots: 3, rows: 6)
    var numbers: [SequenceID: Int] = [:]
    func submit(_ range: Range<Int>, _ engine: inout DecodingEngine<Anything>) -> [SequenceID] {
      range.map { number in
        let id = engine.submit(request(number))
        numbers[id] = number
        return id
      }
    }
    var bodies: [Int: [Int32]] = [:]
    func step(_ engine: inout DecodingEngine<Anything>) throws {
      for case .finished(let sequence) in try engine.step() {
        bodies[try #require(numbers[sequence.id])] = sequence.body
      }
    }
    let first = submit(0..<5, &engine)
    // The one that enters a beginning for others, one that waits, and later one that is half written.
    for _ in 0..<2 { try step(&engine) }
    engine.cancel(first[1])
    engine.cancel(first[4])
    for _ in 0..<9 { try step(&engine) }
    engine.cancel(first[2])
    #expect(engine.freeSlots >= 1)
    let second = submit(4..<8, &engine) + submit(1..<2, &engine)
    while engine.isBusy { try step(&engine) }
    engine.cancel(second[0])
    #expect(!engine.isBusy && engine.freeSlots == 3)
    #expect(Set(bodies.keys).isSuperset(of: [0, 1, 3, 4, 5, 6, 7]))
    for (number, body) in bodies { #expect(body == expected[number], "\(number)") }
  }

  @Test func `sequences that begin alike enter their beginning once`() throws {
    let beginning = TokenSequence(prefix: [256], body: (0..<39).map { $0 })
    var engine = try engine(slots: 4, rows: 8)
    for stream in 0..<UInt64(4) {
      // Equal, though not the same array.
      let copy = TokenSequence(prefix: [256], body: Array(beginning.body))
      _ = engine.submit(Request(copy, Anything(), at: DrawAddress(seed: 1, stream: stream)))
    }
    var (steps, drawn) = (0, Set<SequenceID>())
    while drawn.count < 4 {
      steps += 1
      for case .tokens(_, .some, let id) in try engine.step() { drawn.insert(id) }
    }
    // 40 positions by eights, and the other three a step later.
    #expect(steps == 6)
  }

  @Test func `a sequence ends at its limit, where its rule says so, or when the context is full`()
    throws
  {
    var engine = try engine(slots: 4)
    var requests = (0..<4).map { _ in
      var request = request(1)
      request.processors = [ExcludedTokens([257])]
      return request
    }
    requests[0].limit = 9
    requests[1].stop = { $0.body.count >= 7 && $0.prefix == [256, 280] && $0.position == 9 }
    requests[3].limit = 2
    for request in requests { _ = engine.submit(request) }
    var reasons: [Int: (FinishedSequence<Anything>.Reason, Int)] = [:]
    while engine.isBusy {
      for case .finished(let sequence) in try engine.step() {
        reasons[sequence.id.number] = (sequence.reason, sequence.body.count)
      }
    }
    #expect(try #require(reasons[0]) == (.limit, 9))
    #expect(try #require(reasons[1]) == (.stopped, 7))
    #expect(try #require(reasons[2]) == (.full, 47))
    #expect(try #require(reasons[3]) == (.limit, 3))
  }

  @Test func `a sequence of which nothing may be drawn ends, and no other`() throws {
    var engine = try engine(slots: 2)
    var none = request(1)
    none.sampling = [ExcludedTokens(Array(0..<300))]
    let id = engine.submit(none)
    _ = engine.submit(request(0))
    var reasons: [SequenceID: FinishedSequence<Anything>.Reason] = [:]
    while engine.isBusy {
      for case .finished(let sequence) in try engine.step() {
        reasons[sequence.id] = sequence.reason
        if sequence.id == id { #expect(sequence.body == [3, 1, 4]) }
      }
    }
    #expect(reasons.count == 2 && reasons[id] == .noChoice)
  }

  @Test func `drawn tokens are told with the probability that the model gives them`() throws {
    var engine = try engine(slots: 1)
    _ = engine.submit(request(1))
    var (tokens, told): ([Int32], [Double]) = ([256, 280], [])
    while engine.isBusy {
      for case .tokens(let new, let drawn, _) in try engine.step() {
        tokens += new
        if let drawn { told.append(drawn.logProbability) }
      }
    }
    var decoder = try LlamaDecoder(weights, slots: 1)
    let losses = try decoder.losses(of: tokens).suffix(told.count)
    #expect(told.count > 10)
    for (told, loss) in zip(told, losses) { #expect(abs(told + Double(loss)) < 1e-4) }
  }

  /// (1 − scale) × the partner's logits + scale × the sequence's own: classifier-free guidance.
  private struct Guidance: LogitsProcessor {
    let scale: Float
    func process(_ logits: inout MutableSpan<Float>, in context: DecodingContext) {
      guard let partner = context.partner else { return }
      for index in logits.indices {
        logits[index] = (1 - scale) * partner[index] + scale * logits[index]
      }
    }
  }

  private func guided(
    _ prefix: [Int32], partner: [Int32]?, scale: Float, slots: Int = 6, rows: Int = 64
  ) throws -> [Int: [Int32]] {
    var engine = try engine(slots: slots, rows: rows)
    for number in 0..<5 {
      var request = request(number)
      request.beginning = TokenSequence(prefix: prefix, body: request.beginning.body)
      request.partner = partner
      request.processors = [Guidance(scale: scale)]
      _ = engine.submit(request)
    }
    return try bodies(&engine)
  }

  @Test func `with the partner's logits alone, a sequence is what its partner would be`() throws {
    let (own, other): ([Int32], [Int32]) = ([256, 280], [256, 281])
    let alone = try guided(other, partner: nil, scale: 0)
    #expect(try guided(own, partner: other, scale: 0) == alone)
    #expect(try guided(own, partner: other, scale: 1) == guided(own, partner: nil, scale: 1))
    #expect(try guided(own, partner: other, scale: 1) != alone)
  }

  @Test(arguments: [(2, 2), (3, 3), (4, 5), (6, 200)])
  func `a pair whose prefixes differ in length is drawn for in one pass, whatever its rows`(
    slots: Int, rows: Int
  ) throws {
    let (own, other): ([Int32], [Int32]) = ([256], [256, 281, 282, 283, 284, 285])
    let expected = try guided(own, partner: other, scale: 1.5)
    #expect(expected.count == 5)
    #expect(try guided(own, partner: other, scale: 1.5, slots: slots, rows: rows) == expected)
    #expect(try guided(own, partner: nil, scale: 1.5) != expected)
    // The longer of the two fills the context.
    #expect(expected.values.allSatisfy { $0.count <= 48 - 5 })
  }
}
