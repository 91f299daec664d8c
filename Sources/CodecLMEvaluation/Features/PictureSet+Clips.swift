public import CodecLM

extension PictureSet {
  /// Decoded clips, by their number in the set.
  typealias Clips = [Int: Result<[PixelImage], CodecError>]

  /// The clips whose frames some files are, each decoded once; none for a set of pictures.
  func clips(of indices: some Sequence<Int>, pool: WorkerPool) -> Clips {
    var wanted: [(number: Int, stream: [UInt8], codec: any Codec)] = []
    var seen: Set<Int> = []
    for index in indices {
      guard case .frame(_, let clip, let stream, let codec) = files[index].content else { continue }
      if seen.insert(clip).inserted { wanted.append((clip, stream, codec)) }
    }
    let decoded = pool.map(wanted.count) { [wanted] index in
      Result { () throws(CodecError) in
        try wanted[index].codec.frames(of: wanted[index].stream)
      }
    }
    return Dictionary(uniqueKeysWithValues: zip(wanted.map(\.number), decoded))
  }

  /// As ``picture(_:)``, with the clips of ``clips(of:pool:)`` at hand.
  func picture(_ index: Int, of clips: Clips) throws -> Picture {
    if case .frame(let frame, let clip, _, _) = files[index].content, let frames = clips[clip] {
      return Picture(image: try frames.get()[frame], bits: nil, warning: nil)
    }
    return try picture(index)
  }

  /// Reads and decodes some files, a clip once for all its frames among them.
  ///
  /// - Throws: as ``picture(_:)``.
  public func pictures(at indices: [Int], pool: WorkerPool = .shared) throws -> [Picture] {
    let clips = clips(of: indices, pool: pool)
    return try indices.map { try picture($0, of: clips) }
  }

  /// The end of a part of the set of about `count` files that begins at `start` and cuts no clip in two.
  func end(of count: Int, from start: Int) -> Int {
    var end = min(start + count, files.count)
    while end < files.count, let clip = clip(end), clip == self.clip(end - 1) { end += 1 }
    return end
  }

  private func clip(_ index: Int) -> Int? {
    if case .frame(_, let clip, _, _) = files[index].content { clip } else { nil }
  }
}
