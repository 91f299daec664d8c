import ArgumentParser
import CodecLM
import CodecLMEvaluation

/// A file that was named on the command line, or that lies below a folder that was.
struct SourceFile {
  let path: String
  /// Its path below the folder, or its name.
  let name: String

  /// The file's name without its ending.
  var stem: String { name.withoutEnding.lastNameOfPath }
}

/// The files that a command reads.
struct Sources {
  /// Each once, in the order they were named.
  private(set) var files: [SourceFile] = []
  /// What could not be looked at.
  private(set) var skipped: [SkippedFile] = []
  /// What was named.
  private let inputs: [String]
  /// What the program itself wrote, and so does not read.
  private(set) var leftOut: [SkippedFile] = []

  /// The files that `inputs` name; of a folder, or a link to one, those that are of the kind by their names.
  ///
  /// A file that is there twice, by whatever name or link, counts once.
  ///
  /// - Throws: ``MediaFolderError``.
  init(_ inputs: [String], _ kind: MediaKind) throws {
    self.inputs = inputs
    var known: Set<FileIdentity> = []
    func isNew(_ path: String) -> Bool {
      FileIdentity(path).map { known.insert($0).inserted } ?? true
    }
    for input in inputs {
      guard FolderListing.kind(of: input) == .folder else {
        if isNew(input) { files.append(SourceFile(path: input, name: input.lastNameOfPath)) }
        continue
      }
      let folder = try MediaFolder(input, kind)
      let base = input.hasSuffix("/") ? input : input + "/"
      files += folder.files.lazy.map { SourceFile(path: base + $0.path, name: $0.path) }
        .filter { isNew($0.path) }
      skipped += folder.unreadable.map { SkippedFile(path: base + $0.path, reason: $0.reason) }
      leftOut += folder.leftOut.map { SkippedFile(path: base + $0.path, reason: $0.reason) }
    }
  }

  /// Says what is not among the files; with `strict`, what could not be read is an error.
  func report(to progress: ProgressLine, strict: Bool = false) throws {
    if strict, let file = skipped.first { throw file }
    for file in skipped { progress.note("skipped \(file)") }
    progress.noteLeftOut(leftOut)
  }

  /// Whether the place at `path`, which need not exist, lies in a folder that is read.
  static func contain(_ path: String, _ inputs: [String]) -> Bool {
    inputs.contains {
      FolderListing.kind(of: $0) == .folder && FolderListing.isPlace(path, in: $0)
    }
  }
}

extension Sources {
  /// Reads and transforms the files, and tells how far it is; files that cannot be used are named and join the
  /// ``skipped`` ones.
  ///
  /// - Parameters:
  ///   - most: the largest number of files that `body` gets at a time.
  ///   - strict: whether a file that cannot be used is an error.
  ///   - transform: what is made of a file; called on the pool's threads.
  ///   - body: called about twice a second with what was made.
  /// - Throws: the exit code of a signal that came, what `body` throws, ``StoreError`` if no file can be used.
  mutating func map<Output: Sendable>(
    atMost most: Int = .max, strict: Bool = false, _ pool: WorkerPool, _ progress: ProgressLine,
    _ interrupt: Interrupt, _ transform: @Sendable ([UInt8], SourceFile) throws -> Output,
    then body: ([(source: SourceFile, output: Output)]) throws -> Void
  ) throws {
    let files = files
    var used = 0
    var pass = try FilePass(total: files.count, isStrict: strict, pool: pool) { "\($0)" }
    try pass.map(files.count, atMost: most) {
      FilePass.File(name: files[$0].path, path: files[$0].path)
    } _: {
      try transform($0, files[$1])
    } skipping: {
      progress.note("skipped \($0)")
    } then: { results in
      guard !results.isEmpty else { return }
      used += results.count
      try body(results.map { (files[$0.index], $0.output) })
    } progress: { state in
      progress.show(
        "\(Format.count(state.done)) of \(Format.count(state.total)) files",
        isFinal: state.done == state.total)
      try interrupt.check()
    }
    skipped += pass.skipped
    guard used > 0 else {
      throw StoreError.noUsableImage(
        folder: inputs.joined(separator: ", "), count: files.count, first: Array(skipped.prefix(3)))
    }
  }
}

extension ProgressLine {
  /// Says what is no input because the program wrote it.
  func noteLeftOut(_ files: [SkippedFile]) {
    for file in files.prefix(3) { note("left out \(file)") }
    if files.count > 3 { note("… and \(Format.count(files.count - 3)) more of jpeglm's own") }
  }
}
