import ArgumentParser
import CodecLM
import Foundation

/// Photos to continue, and how much of them is kept.
struct PromptOptions: ParsableArguments {
  @Option(
    name: .customLong("prompt"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Photos to continue, or videos with a model of these: files or folders of them.",
      valueName: "photo"))
  var inputs: [String] = []

  @Option(
    help: """
      Share of each photo's MCUs (of a video, macroblocks) that is kept, 0 to 1; 0.5 if no other --keep is \
      given.
      """)
  var keep: Double?

  @Option(help: "MCUs of each photo that are kept, from the top left.")
  var keepMcus: Int?

  @Option(help: "Rows of MCUs of each photo that are kept.")
  var keepRows: Int?

  @Option(help: "Frames of each video that are kept.")
  var keepFrames: Int?

  func validate() throws {
    let given = [keep != nil, keepMcus != nil, keepRows != nil, keepFrames != nil].count { $0 }
    if given > 1 {
      throw ValidationError("Give one of --keep, --keep-mcus, --keep-rows and --keep-frames.")
    }
    if given > 0, inputs.isEmpty {
      throw ValidationError("Give --prompt with the photos of which a part is kept.")
    }
    if let keep, !(0...1).contains(keep) {
      throw ValidationError("--keep \(keep) is not in 0 … 1.")
    }
    if let keepMcus, keepMcus < 0 {
      throw ValidationError("--keep-mcus \(keepMcus) is negative.")
    }
    if let keepRows, keepRows < 0 {
      throw ValidationError("--keep-rows \(keepRows) is negative.")
    }
    if let keepFrames, keepFrames < 0 {
      throw ValidationError("--keep-frames \(keepFrames) is negative.")
    }
  }

  private var extent: Prompt.Extent {
    keepMcus.map { .units($0) } ?? keepRows.map { .rows($0) } ?? keepFrames.map { .frames($0) }
      ?? .share(keep ?? 0.5)
  }

  /// The files to continue, each with a name that its results have and no other's.
  struct Named {
    let files: [(source: SourceFile, name: String)]
    let skipped: [SkippedFile]
  }

  /// What is named by the options.
  ///
  /// - Throws: ``MediaFolderError``.
  func sources(_ profile: CodecProfile, _ progress: ProgressLine) throws -> Named {
    let sources = try Sources(inputs, profile.sources)
    try sources.report(to: progress)
    let names = DistinctNames.of(sources.files.map(\.stem))
    return Named(files: Array(zip(sources.files, names)), skipped: sources.skipped)
  }

  /// The photos that can be continued, and those that cannot; the canonical form and what is kept are written.
  ///
  /// - Throws: ``MediaFolderError``, ``FileError``; ``StoreError/noUsableImage(folder:count:first:)`` if no
  ///   photo is left.
  func photos(
    _ sources: Named, _ profile: CodecProfile, _ limits: LimitOptions, _ progress: ProgressLine,
    in folder: inout ResultFolder, check: () throws -> Void
  ) throws -> (photos: [Photo], skipped: [SkippedFile]) {
    let codec = try profile.makeCodec(maximumPixels: limits.maxPixels)
    var (photos, skipped) = ([Photo](), sources.skipped)
    for (place, (source, name)) in sources.files.enumerated() {
      try check()
      progress.show(
        "reading \(profile.noun)s \(place + 1) of \(sources.files.count)",
        isFinal: place + 1 == sources.files.count)
      let read = Result {
        try PreparedPhoto(name: name, FileBytes.read(source.path), codec, profile, keeping: extent)
      }
      switch read {
      case .success(let photo):
        try folder.write(photo.files)
        photos.append(photo.photo)
      case .failure(let error):
        let file = SkippedFile(path: source.path, reason: "\(error)")
        progress.note("skipped \(file)")
        skipped.append(file)
      }
    }
    if photos.isEmpty, !inputs.isEmpty {
      throw StoreError.noUsableImage(
        folder: inputs.joined(separator: ", "), count: sources.files.count,
        first: Array(skipped.prefix(3)))
    }
    return (photos, skipped)
  }
}

/// A photo to continue.
struct Photo {
  /// What is written of a photo beside its continuations.
  enum Part: String {
    /// Its canonical form.
    case original
    /// What is kept of it, with the rest filled up.
    case partial
  }

  let name: String
  let prompt: Prompt

  func fileName(_ part: Part, _ ending: String) -> String { "\(name)-\(part.rawValue).\(ending)" }

  /// The name of a file that continues it.
  func fileName(_ file: GeneratedFile, _ profile: CodecProfile) -> String {
    "\(name)-\(file.id.number.padded(to: 5)).\(profile.fileExtension)"
  }
}

/// A photo and its files, which are kept no longer than until they are written.
private struct PreparedPhoto {
  let photo: Photo
  let files: [(name: String, bytes: [UInt8])]

  init(
    name: String, _ file: [UInt8], _ codec: any Codec, _ profile: CodecProfile,
    keeping extent: Prompt.Extent
  ) throws(CodecError) {
    let canonical = try codec.canonicalBytes(of: file)
    photo = Photo(name: name, prompt: try codec.prompt(canonical, keeping: extent))
    var files: [(name: String, bytes: [UInt8])] = []
    for (part, stream) in [
      (Photo.Part.original, canonical), (.partial, codec.completed(photo.prompt)),
    ] {
      files.append(
        (photo.fileName(part, profile.fileExtension), try codec.file(from: stream)))
      if let copy = try codec.container(of: stream) {
        files.append((photo.fileName(part, copy.fileExtension), copy.file))
      }
    }
    self.files = files
  }
}
