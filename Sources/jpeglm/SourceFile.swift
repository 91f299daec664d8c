import CodecLM
import Foundation

/// A file that was named on the command line, or that lies below a folder that was.
struct SourceFile {
  let path: String
  /// Its path below the folder, or its name.
  let name: String

  /// The file's name without its ending.
  var stem: String { URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent }

  /// The files that `inputs` name; of a folder those that are of the kind by their names.
  ///
  /// - Throws: ``ImageFolderError``.
  static func list(_ inputs: [String], _ kind: ImageFolder.Kind) throws -> [SourceFile] {
    try inputs.flatMap { input -> [SourceFile] in
      let url = URL(fileURLWithPath: input)
      guard url.hasDirectoryPath else {
        return [SourceFile(path: input, name: url.lastPathComponent)]
      }
      return try ImageFolder(url, kind).files.map {
        SourceFile(path: "\(input)/\($0.path)", name: $0.path)
      }
    }
  }
}
