public import Foundation

/// The JPEG files in a folder and its subfolders, in an order that depends on nothing but their
/// names.
public struct ImageFolder: Sendable {
  /// One file.
  public struct Entry: Sendable, Hashable {
    /// Path below the folder, with `/` between its parts.
    public let name: String
    /// Bytes.
    public let size: Int
    /// Last change, in nanoseconds since 1970.
    public let modified: Int64
  }

  /// Where the files are.
  public let url: URL
  /// The files, sorted by the bytes of their names.
  public let entries: [Entry]

  private static let extensions: Set<String> = ["jpg", "jpeg", "jpe", "jfif"]

  /// Lists a folder: every visible regular file that ends in .jpg, .jpeg, .jpe or .jfif, in any case.
  ///
  /// - Throws: ``ImageFolderError`` when it is missing, no folder, unreadable or without such files.
  public init(_ url: URL) throws(ImageFolderError) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .missing(path: url.path)
    }
    guard isFolder.boolValue else { throw .notAFolder(path: url.path) }
    guard FileManager.default.isReadableFile(atPath: url.path) else {
      throw .unreadable(path: url.path)
    }
    self.url = url
    entries = FileListing.files(below: url.path)
      .filter { Self.extensions.contains(($0.name as NSString).pathExtension.lowercased()) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { Entry(name: $0.name, size: $0.size, modified: $0.modified) }
    guard !entries.isEmpty else { throw .noImages(path: url.path) }
  }

  /// The bytes of one file.
  ///
  /// - Throws: ``NumericsError/cannotMap(path:reason:)``.
  public func contents(of entry: Entry) throws -> [UInt8] {
    let file = try MappedFile(path: url.path + "/" + entry.name)
    return file.bytes(0..<file.count)
  }
}

/// Why a folder of images cannot be used.
public enum ImageFolderError: Error, Equatable, CustomStringConvertible {
  /// Nothing has this path.
  case missing(path: String)
  /// The path is a file's.
  case notAFolder(path: String)
  /// The folder may not be listed.
  case unreadable(path: String)
  /// No file in it ends like a JPEG.
  case noImages(path: String)

  /// One line that names the folder and the way out.
  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such folder; check the path"
    case .notAFolder(let path): "\(path) is a file; give the folder that holds the JPEG files"
    case .unreadable(let path): "\(path): permission denied; make the folder readable"
    case .noImages(let path):
      "\(path) holds no .jpg or .jpeg files; give a folder that does, subfolders are searched"
    }
  }
}
