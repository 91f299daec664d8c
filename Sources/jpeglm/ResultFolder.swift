import ArgumentParser
import CodecLM
import Foundation

/// What may happen to files that are in the way.
struct ReplacingOptions: ParsableArguments {
  @Flag(
    help: """
      Replace existing files even if this command did not write them. Files that it reads are never \
      replaced.
      """)
  var force = false
}

/// A folder into which a command writes many files, without losing one that was there before.
///
/// A file that exists is replaced only if the same command wrote it, by its mark, and nobody changed it since; otherwise only with `--force`, and never if the command reads it. All names
/// are claimed before the work begins.
struct ResultFolder: ~Copyable {
  /// What is written and which command does.
  struct Purpose {
    let command: String
    /// Whether the files are no pictures to train on: drawn by a model, or made from what is there.
    let isDerived: Bool
    let force: Bool
  }

  let path: String
  private let purpose: Purpose
  private var written: WrittenFiles
  /// What each claimed name is made from, by its bytes.
  private var claims: [[UInt8]: String] = [:]
  /// Names that something of ours stands under.
  private var replaced: Set<[UInt8]> = []
  /// Files that will be replaced.
  private var taken: Set<FileIdentity> = []
  private var folders: Set<[UInt8]> = []
  private let read: Set<FileIdentity>
  private let isMade: Bool

  /// - Parameter inputs: files that the command reads.
  /// - Throws: ``FileError``; the folder is then not made.
  init(_ path: String, _ purpose: Purpose, reading inputs: [SourceFile] = []) throws {
    self.path = path
    self.purpose = purpose
    read = Set(inputs.compactMap { FileIdentity($0.path) })
    isMade = FolderListing.kind(of: path) == .missing
    try Folders.make(path)
    AtomicFile.removeAbandoned(in: path)
    do {
      written = try WrittenFiles(in: path)
    } catch {
      if isMade { Folders.removeIfEmpty(path) }
      throw error
    }
  }

  /// Takes a name below the folder for what is made from `source`, before any work is done for it.
  ///
  /// - Throws: `ValidationError` that says what is in the way, and the way out.
  mutating func claim(_ name: String, from source: String) throws {
    let target = place(of: name)
    if let other = claims.updateValue(source, forKey: Array(name.utf8)) {
      throw ValidationError(
        "\(other) and \(source) would both become \(target); use two folders."
      )
    }
    guard !FolderListing.nothingIs(at: target) else { return }
    if let identity = FileIdentity(target), read.contains(identity) {
      throw ValidationError("\(target) is an input and would be replaced; give another folder.")
    }
    if let reason = FolderListing.obstacle(at: target) {
      throw ValidationError("\(target) cannot be examined: \(reason).")
    }
    let folder = target.folderOfPath
    guard FolderListing.kind(of: folder) != .other else {
      throw ValidationError("\(folder) is a file where results need a folder; give another folder.")
    }
    guard FolderListing.kind(of: target) != .folder else {
      throw ValidationError("\(target) is a folder; give another folder for the results.")
    }
    guard written.has(name, by: purpose.command) || purpose.force else {
      throw ValidationError(
        """
        \(target) exists and was not written by jpeglm \(purpose.command), or was changed since; give another \
        folder, or --force to replace it.
        """)
    }
    if let identity = FileIdentity(target), !taken.insert(identity).inserted {
      throw ValidationError("\(target) would be written twice, through links; give another folder.")
    }
    replaced.insert(Array(name.utf8))
  }

  /// Whether a name is longer than file systems take.
  static func isTooLong(_ name: String) -> Bool { name.lastNameOfPath.fileNameBytes.count > 255 }

  /// Whether a path, however it is written, is the place of a claimed name in the folder itself.
  func claims(_ path: String) -> Bool {
    FileIdentity(path.folderOfPath) == FileIdentity(self.path)
      && claims[Array(path.lastNameOfPath.utf8)] != nil
  }

  /// Where a name's file is.
  func place(of name: String) -> String { "\(path)/\(name)" }

  /// Writes files under claimed names.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  mutating func write(
    _ files: [(name: String, bytes: [UInt8])], _ pool: WorkerPool? = nil
  ) throws {
    let marks = try written.add(files, by: purpose.command, isDerived: purpose.isDerived)
    for file in files {
      let folder = place(of: file.name).folderOfPath
      guard folders.insert(Array(folder.utf8)).inserted, folder != path else { continue }
      try Folders.make(folder)
      AtomicFile.removeAbandoned(in: folder)
    }
    let (path, replaced) = (path, replaced)
    @Sendable func write(_ index: Int) -> Result<Void, FileError> {
      let (name, bytes) = files[index]
      return Result { () throws(FileError) in
        try AtomicFile.write(
          bytes, path: "\(path)/\(name)",
          replaced.contains(Array(name.utf8)) ? .bulk : .bulkNew, mark: marks[index])
      }
    }
    let results = pool?.map(files.count, write) ?? files.indices.map(write)
    for result in results { try result.get() }
  }

  /// Waits until all is on the disk.
  ///
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  consuming func finish() throws { try Folders.synchronizeAll(path) }

  /// A folder that was made for results goes again if there are none.
  deinit { if isMade { Folders.removeIfEmpty(path) } }
}
