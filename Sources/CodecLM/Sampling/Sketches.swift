extension Generator {
  /// Pictures that may not be finished.
  package struct Sketches: Sendable {
    /// In the order of their files; `nil` where a stream does not decode.
    package let pictures: [PixelImage?]
    /// How many of them the grammar completed with as little as the format allows.
    package let unfinished: Int
  }

  /// Pictures of new files, those of ``generate(count:continuing:sampling:seed:)``, as far as they come.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - isOver: asked after each step of the streams, with the number of finished files; `true` ends
  ///     them. What it throws is thrown.
  /// - Throws: as ``generate(count:continuing:sampling:seed:)``.
  package func sketches(
    count: Int, until isOver: (_ finished: Int) throws -> Bool
  ) throws -> Sketches {
    var streams = [[UInt8]](repeating: [], count: count)
    var pictures = [PixelImage?](repeating: nil, count: count)
    var isFinished = [Bool](repeating: false, count: count)
    var finished = 0
    let generation = try stream(count: count)
    while let event = try generation.next() {
      switch event {
      case .bytes(let bytes, let id): streams[id.number] += bytes
      case .file(let file):
        isFinished[file.index] = true
        pictures[file.index] = file.picture
        finished += 1
      }
      if try isOver(finished) { break }
    }
    let open = isFinished.indices.filter { !isFinished[$0] }
    let completed = pool.map(open.count) { [codec, streams] index in
      try? codec.decode(codec.completed(Prompt(bytes: streams[open[index]])))
    }
    for (index, picture) in zip(open, completed) { pictures[index] = picture }
    return Sketches(pictures: pictures, unfinished: open.count)
  }
}

extension Generator {
  /// What the grammar's choices of tokens take at most, see `TokenTrie`.
  private static let choices = 16 << 20

  /// Bytes that decoding so many streams at once takes beside the checkpoint, to a few percent.
  package func memory(streams: Int) -> Int {
    LlamaDecoder.bytes(
      checkpoint.configuration, slots: streams, weights: weights, cache: cacheFormat,
      rows: rowsPerPass)
      + Self.choices
  }
}
