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

  /// The photos in canonical form, each under a name of its own.
  ///
  /// - Throws: ``ImageFolderError``, ``FileError``, ``SkippedFile``.
  func photos(_ profile: CodecProfile, _ limits: LimitOptions) throws -> [Photo] {
    let codec = try profile.makeCodec(maximumPixels: limits.maxPixels)
    let sources = try Sources(inputs, profile.sources).files
    let counts = Dictionary(grouping: sources, by: \.stem).mapValues(\.count)
    return try sources.enumerated().map { place, source in
      let file = try FileBytes.read(source.path)
      do {
        return try Photo(
          name: counts[source.stem] == 1 ? source.stem : "\(source.stem)-\(place)", file, codec,
          profile, keeping: extent)
      } catch {
        throw SkippedFile(path: source.path, reason: "\(error)")
      }
    }
  }
}

/// A photo to continue.
struct Photo {
  let name: String
  let prompt: Prompt
  /// Its canonical form, and what is kept of it with the rest filled up.
  let original, partial: PixelImage

  private let files: [(suffix: String, bytes: [UInt8])]

  init(
    name: String, _ file: [UInt8], _ codec: any Codec, _ profile: CodecProfile,
    keeping extent: Prompt.Extent
  ) throws(CodecError) {
    self.name = name
    let canonical = try codec.canonicalBytes(of: file)
    prompt = try codec.prompt(canonical, keeping: extent)
    let completed = codec.completed(prompt)
    original = try codec.decode(canonical)
    partial = try codec.decode(completed)
    var files: [(suffix: String, bytes: [UInt8])] = []
    for (suffix, stream) in [("original", canonical), ("partial", completed)] {
      files.append(("\(suffix).\(profile.fileExtension)", try codec.file(from: stream)))
      if let copy = try codec.container(of: stream) {
        files.append(("\(suffix).\(copy.fileExtension)", copy.file))
      }
    }
    self.files = files
  }

  /// The name of a file that continues it.
  func fileName(_ file: GeneratedFile, _ profile: CodecProfile) -> String {
    "\(name)-\(file.id.number.padded(to: 5)).\(profile.fileExtension)"
  }

  func write(to folder: URL) throws {
    for (suffix, bytes) in files {
      try AtomicFile.write(bytes, to: folder.appendingPathComponent("\(name)-\(suffix)"))
    }
  }
}
