public import Foundation

/// The JPEG files, or the videos, below a folder, in an order that is the same on every machine.
///
/// Files whose names have an ending of the ``MediaKind``, in any case, are listed by the bytes of their
/// relative path. Hidden files and folders are skipped. Symbolic links are followed, and each file counts
/// once, whatever leads to it. What the program itself wrote is no input: see ``leftOut``. Files are not
/// opened.
public struct MediaFolder: Sendable {
  /// One file of the folder.
  public struct File: Sendable, Equatable {
    /// Path relative to the folder, with `/` between its parts; a byte that is not UTF-8 is the scalar
    /// U+10FE00 + byte.
    public let path: String
    /// Number of bytes.
    public let size: Int
    /// Time of the last change, in nanoseconds since 1970.
    package let modified: Int64
  }

  /// Where the folder is.
  public let url: URL
  /// Which files are listed.
  public let kind: MediaKind
  /// The files, at least one, ascending by the UTF-8 bytes of ``File/path``.
  public let files: [File]
  /// Files and folders that could not be looked at, such as those without permission and links that lead
  /// nowhere, ascending.
  public let unreadable: [SkippedFile]
  /// What is not listed because this program wrote it: samples in folders of runs, and files that a model
  /// drew or that were made from the folder's own pictures, ascending.
  ///
  /// A folder that holds nothing else is listed when it is named itself.
  public let leftOut: [SkippedFile]
  /// The most pixels that a file may have; larger ones are skipped before they are decoded.
  package let maximumPixels: Int

  /// Lists the files below the folder at `path`.
  ///
  /// - Throws: ``MediaFolderError``.
  public init(
    _ path: String, _ kind: MediaKind = .images, maximumPixels: Int = PixelImage.usualMaximumPixels
  ) throws(MediaFolderError) {
    try self.init(URL(place: path), kind, maximumPixels: maximumPixels)
  }

  /// Lists the files below the folder at `url`.
  ///
  /// - Parameters:
  ///   - url: where the folder is.
  ///   - kind: which files are listed.
  ///   - outputs: folders below it that are being written to, and are no input.
  ///   - maximumPixels: the most pixels that a file may have; larger ones are skipped before they are decoded.
  /// - Throws: ``MediaFolderError``.
  /// - Complexity: O(*n* log *n*) in the number of files; 50,000 take 0.15 s.
  public init(
    _ url: URL, _ kind: MediaKind = .images, excluding outputs: [URL] = [],
    maximumPixels: Int = PixelImage.usualMaximumPixels
  ) throws(MediaFolderError) {
    switch FolderListing.kind(of: url.path) {
    case .missing:
      if let reason = FolderListing.obstacle(at: url.path) {
        throw .unreadable(.cannotRead(path: url.path, reason: reason))
      }
      throw .missing(path: url.path)
    case .other: throw .notAFolder(path: url.path)
    case .folder: break
    }
    let listing: FolderListing.Listing
    let endings = kind.endings.map { Array($0.utf8) }
    let excluded = Set(outputs.compactMap { FileIdentity($0.path) })
    do {
      listing = try FolderListing.files(below: url.path, excluding: excluded) {
        Self.name($0, endsWith: endings)
      }
    } catch {
      throw .unreadable(error)
    }
    func skipped(_ places: [FolderListing.Omission]) -> [SkippedFile] {
      places.map { SkippedFile(path: $0.path, reason: $0.reason) }
    }
    unreadable = skipped(listing.unreadable)
    leftOut = skipped(listing.own)
    guard !listing.entries.isEmpty else {
      throw .noFiles(kind, path: url.path, others: unreadable + leftOut)
    }
    self.url = url
    self.kind = kind
    self.maximumPixels = maximumPixels
    files = listing.entries.map { File(path: $0.path, size: $0.size, modified: $0.modified) }
  }

  /// Where a file of the folder is.
  package func path(of file: File) -> String { "\(url.path)/\(file.path)" }

  private static func name(_ name: String, endsWith endings: [[UInt8]]) -> Bool {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    let ending = name.utf8[dot...].dropFirst()
    // Setting bit 5 makes an ASCII letter lowercase, leaves a digit, and makes neither of anything else.
    return endings.contains { $0.elementsEqual(ending.lazy.map { $0 | 0x20 }) }
  }
}

/// Why a folder of images cannot be used.
public enum MediaFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is nothing at the path.
  case missing(path: String)
  /// There is something else than a folder at the path.
  case notAFolder(path: String)
  /// The folder, or one below it, could not be read.
  case unreadable(FileError)
  /// No file below the folder has such a file's name, but for the `others`, which are not listed.
  case noFiles(MediaKind, path: String, others: [SkippedFile] = [])

  /// One line that names the folder and the way out.
  public var description: String {
    switch self {
    case .missing(let path): "there is no folder \(path); check the path"
    case .notAFolder(let path): "\(path) is not a folder; give the folder that holds the images"
    case .unreadable(let error): error.description
    case .noFiles(let kind, let path, let others):
      "no \(kind.fileNoun) below \(path); put files named "
        + kind.endings.dropLast().map { ".\($0)" }.joined(separator: ", ")
        + " or .\(kind.endings.last ?? "") there"
        + (others.isEmpty ? "" : "; not listed: ")
        + others.prefix(3).map(\.description).joined(separator: "; ")
    }
  }
}
