import CodecLM
import Testing

struct BytePairTrainerTests {
  @Test func `the most frequent pair becomes the first token`() {
    var trainer = BytePairTrainer(vocabulary: 260)
    trainer.append([9, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    let tokenizer = trainer.train()
    #expect(tokenizer.bytes(of: 258) == [1, 2])
    #expect(tokenizer.bytes(of: 259) == [1, 2, 3])
    #expect(tokenizer.encode([9, 1, 2, 3, 1, 2]) == [9, 259, 258])
  }

  @Test func `of equally frequent pairs that of lower ids comes first`() {
    var trainer = BytePairTrainer(vocabulary: 260)
    trainer.append([8, 9, 5, 6, 7, 8, 9, 5, 6])
    let tokenizer = trainer.train()
    #expect(tokenizer.bytes(of: 258) == [5, 6])
    #expect(tokenizer.bytes(of: 259) == [8, 9])
  }

  @Test func `no token reaches from one file into the next`() {
    var trainer = BytePairTrainer(vocabulary: 300)
    for _ in 0..<5 { trainer.append([1, 2]) }
    let tokenizer = trainer.train()
    #expect(tokenizer.count == 259)
    #expect(tokenizer.encode([2, 1, 2, 1]) == [2, 258, 1])
  }

  @Test func `nothing is learnt where no pair is there twice`() {
    var trainer = BytePairTrainer(vocabulary: 300)
    trainer.append(Array(UInt8.min...UInt8.max))
    trainer.append([])
    #expect(trainer.train() == .bytes)
  }

  @Test func `no token is longer than the limit`() throws {
    var trainer = BytePairTrainer(vocabulary: 400)
    trainer.append([UInt8](repeating: 7, count: 1_000))
    trainer.append((0..<2).flatMap { _ in 0..<UInt8(200) })
    let tokenizer = trainer.train()
    let lengths = (258..<Int32(tokenizer.count)).map { tokenizer.bytes(of: $0).count }
    #expect(lengths.max() == BytePairTrainer.longestToken)
    #expect(try Tokenizer(tokenizer.file) == tokenizer)
  }

  /// Against counting everything anew before each token.
  @Test(arguments: [(seed: UInt64(1), letters: 2), (2, 3), (3, 6), (4, 40)])
  func `what is learnt equals the definition`(seed: UInt64, letters: Int) {
    var random = RandomStream(seed: seed)
    func draw(_ count: Int) -> Int { Int(random.nextWord()) % count }
    for _ in 0..<12 {
      let files = (0..<3).map { _ in (0..<draw(90)).map { _ in UInt8(draw(letters)) } }
      var trainer = BytePairTrainer(vocabulary: 272)
      for file in files { trainer.append(file) }
      #expect(trainer.train() == Self.defined(files, vocabulary: 272))
    }
  }

  private static func defined(_ files: [[UInt8]], vocabulary: Int) -> Tokenizer {
    var merges: [TokenPair] = []
    var files = files.map { $0.map(Int32.init) }
    while Tokenizer(merging: merges).count < vocabulary {
      var counts: [TokenPair: Int] = [:]
      for file in files {
        for (left, right) in zip(file, file.dropFirst()) {
          counts[TokenPair(left, right), default: 0] += 1
        }
      }
      let best = counts.filter { $0.value > 1 }.max {
        ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right)
      }
      guard let pair = best?.key else { break }
      if !merges.contains(pair) { merges.append(pair) }
      let tokenizer = Tokenizer(merging: merges)
      let piece = tokenizer.bytes(of: pair.left) + tokenizer.bytes(of: pair.right)
      let token = (258..<Int32(tokenizer.count)).first { tokenizer.bytes(of: $0) == piece } ?? -1
      for index in files.indices { files[index] = join(pair, to: token, in: files[index]) }
    }
    return Tokenizer(merging: merges)
  }

  private static func join(_ pair: TokenPair, to token: Int32, in file: [Int32]) -> [Int32] {
    var result: [Int32] = []
    var index = 0
    while index < file.count {
      if index + 1 < file.count, file[index] == pair.left, file[index + 1] == pair.right {
        result.append(token)
        index += 2
      } else {
        result.append(file[index])
        index += 1
      }
    }
    return result
  }
}
