public import Foundation

extension TrainingPlan {
  /// The images' canonical streams, kept as `images.streams` in a run's folder.
  ///
  /// A run that goes on needs its tokens alone, and makes no streams while these are there. Streams take about as
  /// much of the disk as the canonical files would; a run does not miss them when they are removed.
  ///
  /// - Parameters:
  ///   - folder: the run's; it is made if it is not there.
  ///   - report: told how far it is; what it throws ends it.
  /// - Throws: ``StoreError``, ``CodecError``, ``FileError``; what `report` throws.
  public func streams(
    in folder: URL, _ report: (Event) throws -> Void = { _ in }
  ) throws -> StreamStore {
    try streams(of: source, in: folder, report)
  }

  /// The tokenizer, learnt from the training images where ``tokenizer`` says so.
  ///
  /// - Parameters:
  ///   - streams: the images.
  ///   - report: told what was learnt.
  /// - Throws: ``TrainingPlanError/lossyTokenizer``, ``CodecError``; what `report` throws.
  public func tokenizer(
    from streams: StreamStore, _ report: (Event) throws -> Void = { _ in }
  ) throws -> Tokenizer {
    switch tokenizer {
    case .given(let tokenizer): return try lossless(tokenizer)
    case .learnt(let recipe):
      let sample = StreamSample(of: streams, recipe.limits)
      try report(.learningTokens(images: sample.streams.count))
      let tokenizer = try recipe.tokenizer(from: sample, profile)
      try report(.tokens(tokenizer))
      return tokenizer
    }
  }

  /// The images as tokens, made now unless a run's folder has them; of a run that goes on, those it was begun
  /// with.
  ///
  /// - Parameters:
  ///   - folder: the run's; it is made if it is not there.
  ///   - report: told what is decided and how far it is; what it throws ends it.
  /// - Throws: ``StoreError``, ``TrainingError/changed(path:what:)``, ``TrainingPlanError/lossyTokenizer``,
  ///   ``CodecError``, ``FileError``; what `report` throws.
  public func data(
    in folder: URL, _ report: (Event) throws -> Void = { _ in }
  ) throws -> TokenStore {
    let data: TokenStore
    do {
      data = try tokens(in: folder, report)
    } catch StoreError.changed(_, let what) {
      throw TrainingError.changed(path: folder.path, what: "the images (\(what)) or their form")
    }
    try report(.data(data))
    if let doubt = doubt(about: data) { try report(.doubt(doubt)) }
    return data
  }

  private func tokens(
    in folder: URL, _ report: (Event) throws -> Void
  ) throws -> TokenStore {
    let source = try source
    let url = folder.appendingPathComponent(RunFolder.store)
    if case .given(let tokenizer) = tokenizer {
      let old = try TokenStore.usable(
        at: url, source, lossless(tokenizer), expecting: expectedKey)
      if let old { return old }
    }
    let streams = try streams(of: source, in: folder, report)
    return try TokenStore.build(streams, tokenizer(from: streams, report), at: url, pool: pool) {
      try report(.tokenizing($0))
    }
  }

  private func streams(
    of source: StreamSource, in folder: URL, _ report: (Event) throws -> Void
  ) throws -> StreamStore {
    try StreamStore.build(
      source, at: folder.appendingPathComponent(RunFolder.streams),
      reusing: relatedRuns.map { RunFolder.store(RunFolder.streams, of: $0) }, pool: pool
    ) {
      try report(.reading($0))
    }
  }

  private var source: StreamSource {
    get throws {
      var source = try StreamSource(images, profile)
      source.heldOutShare = heldOutShare
      source.isMirrored = isMirrored
      source.isStrict = isStrict
      return source
    }
  }

  private func lossless(_ tokenizer: Tokenizer) throws(TrainingPlanError) -> Tokenizer {
    guard tokenizer.isLossless else { throw .lossyTokenizer }
    return tokenizer
  }

  /// Why figures of held-out images may be too good, if they may.
  private func doubt(about data: TokenStore) -> Doubt? {
    guard let base, data.heldOutIndices != data.trainingIndices else { return nil }
    guard let share = base.heldOutShare else { return .unknownSplit }
    let areKept = data.heldOutIndices.allSatisfy {
      HeldOutSplit.isHeldOut(data.hash(of: $0), share: share)
    }
    if !areKept { return .otherSplit }
    return data.heldOutIndices.count < 8 && data.trainingIndices.count >= 40 ? .few : nil
  }
}
