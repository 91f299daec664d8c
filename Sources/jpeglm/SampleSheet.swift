import CodecLM
import Foundation

/// The contact sheet of what was sampled, drawn from the files that were written, as pictures of thousands
/// would not fit in memory.
struct SampleSheet {
  /// The files of the sheets: `grid.jpg`, and, where one would be too large, `grid-2.jpg` and so on.
  let paths: [String]

  private let layout: ContactSheet.Layout
  private let codec: any Codec

  /// Looks whether the sheets can be written.
  ///
  /// - Parameters:
  ///   - columns: pictures in a row, where rows mean something.
  ///   - count: pictures on all sheets.
  /// - Throws: ``FileError/cannotWrite(path:reason:)``; so that nothing is lost, a sheet that nobody named
  ///   does not replace a file.
  init(
    _ path: String, columns: Int?, count: Int, _ codec: any Codec, force: Bool
  ) throws {
    let picture = try codec.decode(codec.completed(.empty))
    layout = ContactSheet(columns: columns)
      .layout(of: count, width: picture.width, height: picture.height)
    self.codec = codec
    let dot = path.split(separator: "/", omittingEmptySubsequences: false).last?
      .lastIndex(of: ".")
    let (stem, ending) = dot.map { (path[..<$0], path[$0...]) } ?? (path[...], "")
    paths = (1...layout.sheets).map { $0 == 1 ? path : "\(stem)-\($0)\(ending)" }
    for (index, path) in paths.enumerated() {
      try ResultPlace.check(
        file: path, force: force, by: "sample", isOwn: PixelImage.isSheet)
      if index > 0, !force, !FolderListing.nothingIs(at: path) {
        throw FileError.cannotWrite(
          path: path,
          reason: """
            \(count) pictures take \(paths.count) sheets, and a file of that name exists; remove it or give \
            another --grid
            """)
      }
    }
  }

  /// Draws the sheets one after the other.
  ///
  /// - Parameters:
  ///   - file: the file of a picture, `nil` if there is none.
  ///   - check: called for each picture; what it throws ends drawing.
  func write(file: (_ index: Int) -> String?, check: () throws -> Void) throws {
    for (sheet, path) in paths.enumerated() {
      let image = try layout.image(sheet: sheet) { index in
        try check()
        return file(index).flatMap { path in
          try? codec.decode(codec.canonicalBytes(of: FileBytes.read(path)))
        }
      }
      try ResultPlace.write(image.sheetFile(), to: path, by: "sample")
    }
  }
}
