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
  /// What the program itself wrote, and so does not read.
  private(set) var leftOut: [SkippedFile] = []

  /// The files that `inputs` name; of a folder, or a link to one, those that are of the kind by their names.
  ///
  /// A file that is there twice, by whatever name or link, counts once.
  ///
  /// - Throws: ``MediaFolderError``.
  init(_ inputs: [String], _ kind: MediaKind) throws {
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

extension ProgressLine {
  /// Says what is no input because the program wrote it.
  func noteLeftOut(_ files: [SkippedFile]) {
    for file in files.prefix(3) { note("skipped \(file)") }
    if files.count > 3 { note("… and \(Format.count(files.count - 3)) more that jpeglm wrote") }
  }
}
