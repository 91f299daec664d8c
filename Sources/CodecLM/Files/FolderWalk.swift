import Foundation

/// A walk through a folder and all below it, for `FolderListing`.
///
/// Folders are visited as they are nested first; those that only symbolic links lead to come after, so that
/// a file has the name without links where it has one.
struct FolderWalk {
  private(set) var listing = FolderListing.Listing()

  private struct Found {
    let entry: FolderListing.Entry
    let identity: FileIdentity
    /// Whether a symbolic link leads to it.
    let isLinked: Bool
    /// Whether another name may lead to the same file.
    let mayRecur: Bool
    let isOwn: Bool
  }

  private struct Subfolder {
    /// Relative to the root, with `/` behind it; empty for the root.
    let prefix: String
    /// The same without the last `/`, which may be one Character with what follows it.
    var path: String { String(decoding: prefix.utf8.dropLast(), as: UTF8.self) }
    /// Whether a symbolic link leads to it.
    let isLinked: Bool
    /// The program's own files below the folders above, by the bytes of their paths from the root.
    let own: [[UInt8]: Set<FileMark>]
  }

  private let root: String
  private var visited: Set<FileIdentity>
  private var found: [Found] = []
  /// Folders behind symbolic links.
  private var linked: [Subfolder] = []

  init(_ root: String, _ excluded: Set<FileIdentity>) {
    self.root = root
    visited = excluded
  }

  mutating func visitAll(_ isWanted: (String) -> Bool) throws(FileError) {
    if let own = FileIdentity(root) { visited.remove(own) }
    if let error = visit(Subfolder(prefix: "", isLinked: false, own: [:]), isWanted) { throw error }
    while !linked.isEmpty {
      let next = linked.sorted { Self.isBefore($0.prefix, $1.prefix) }
      linked = []
      for place in next { _ = visit(place, isWanted) }
    }
    finish()
  }

  private static func isBefore(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  /// Each file once, in order, and the program's own ones apart.
  private mutating func finish() {
    var recurring: Set<FileIdentity> = []
    for file in found where file.mayRecur { recurring.insert(file.identity) }
    // The name without links first.
    found.sort {
      $0.isLinked == $1.isLinked
        ? Self.isBefore($0.entry.path, $1.entry.path) : !$0.isLinked
    }
    var taken: Set<FileIdentity> = []
    let each = found.filter {
      guard recurring.contains($0.identity) else { return true }
      return taken.insert($0.identity).inserted
    }
    // A folder that holds nothing else than the program's files was named for their sake.
    let hasOthers = each.contains { !$0.isOwn }
    for file in each {
      if file.isOwn, hasOthers {
        listing.own.append(.init(path: file.entry.path, reason: "jpeglm wrote it"))
      } else {
        listing.entries.append(file.entry)
      }
    }
    listing.entries.sort { Self.isBefore($0.path, $1.path) }
    listing.unreadable.sort { Self.isBefore($0.path, $1.path) }
    listing.own.sort { Self.isBefore($0.path, $1.path) }
  }

  /// The error of the folder itself; one below it is noted.
  private mutating func visit(_ place: Subfolder, _ isWanted: (String) -> Bool) -> FileError? {
    let path = place.prefix.isEmpty ? root : "\(root)/\(place.path)"
    guard let stream = unsafe path.withSystemPath({ unsafe opendir($0) }) else {
      return note(path, place, SystemFault(.reading))
    }
    let descriptor = unsafe dirfd(stream)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let reason = SystemFault(.reading)
      unsafe closedir(stream)
      return note(path, place, reason)
    }
    guard visited.insert(FileIdentity(status)).inserted else {
      unsafe closedir(stream)
      return nil
    }
    var names: [(name: String, type: Int32)] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe Folders.name(of: entry)
      names.append((name, unsafe Int32(entry.pointee.d_type)))
      errno = 0
    }
    if errno != 0 {
      let reason = SystemFault(.reading)
      unsafe closedir(stream)
      return note(path, place, reason)
    }
    var subfolders: [String] = []
    let isRun = names.contains { RunFolder.marks.contains($0.name) }
    var own = place.own
    if names.contains(where: { $0.name == WrittenFiles.listName }) {
      for (name, marks) in WrittenFiles.derived(in: path) {
        own[place.prefix.fileNameBytes + name, default: []].formUnion(marks)
      }
    }
    names.sort { Self.isBefore($0.name, $1.name) }
    for (name, type) in names where !name.hasPrefix(".") {
      let wanted = isWanted(name)
      guard wanted || type != Int32(DT_REG) else { continue }
      let relative = place.prefix + name
      guard unsafe name.withSystemPath({ unsafe fstatat(descriptor, $0, &status, 0) }) == 0 else {
        // A link that leads nowhere matters only if it would be a picture by its name.
        if wanted || errno != ENOENT {
          listing.unreadable.append(
            .init(path: relative, reason: SystemFault(.reading).description))
        }
        continue
      }
      let isLink = isLink(name, type, in: descriptor)
      switch status.st_mode & S_IFMT {
      case S_IFDIR where isRun && RunFolder.parts.contains(name):
        listing.own.append(.init(path: relative, reason: "a part of a run"))
      case S_IFDIR where isLink:
        linked.append(Subfolder(prefix: relative + "/", isLinked: true, own: own))
      case S_IFDIR: subfolders.append(name)
      case S_IFREG where wanted:
        found.append(
          Found(
            entry: .init(
              path: relative, size: Int(status.st_size), modified: Self.nanoseconds(status)),
            identity: FileIdentity(status), isLinked: isLink || place.isLinked,
            mayRecur: isLink || place.isLinked || status.st_nlink > 1,
            isOwn: Self.isDerived("\(path)/\(name)", own[relative.fileNameBytes] ?? [])))
      default:
        if wanted {
          listing.unreadable.append(
            .init(path: relative, reason: PlaceFault.notRegular.description))
        }
      }
    }
    // Closed before descending, so that depth costs no descriptors.
    unsafe closedir(stream)
    for name in subfolders {
      _ = visit(
        Subfolder(prefix: "\(place.prefix)\(name)/", isLinked: place.isLinked, own: own), isWanted)
    }
    return nil
  }

  /// Whether the program made a file from pictures or a model drew it, and nobody has put another one there.
  private static func isDerived(_ path: String, _ listed: Set<FileMark>) -> Bool {
    let marks = (FileMark(ofFile: path).map { [$0] } ?? Array(listed)).filter(\.isDerived)
    guard !marks.isEmpty, let bytes = try? FileBytes.read(path) else { return false }
    return marks.contains { $0.fits(bytes) }
  }

  private func isLink(_ name: String, _ type: Int32, in folder: Int32) -> Bool {
    guard type == Int32(DT_UNKNOWN) else { return type == Int32(DT_LNK) }
    var status = stat()
    return unsafe name.withSystemPath {
      unsafe fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW)
    } == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private mutating func note(_ path: String, _ place: Subfolder, _ reason: SystemFault)
    -> FileError?
  {
    if place.prefix.isEmpty { return .cannotRead(path: path, reason: reason) }
    listing.unreadable.append(.init(path: place.path, reason: reason.description))
    return nil
  }

  private static func nanoseconds(_ status: stat) -> Int64 {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    let (whole, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : whole &+ Int64(time.tv_nsec)
  }
}
