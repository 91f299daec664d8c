extension PixelImage {
  /// What the comment of a sheet begins with.
  private static let mark = Array("jpeglm: drawn for people, not a picture to learn".utf8)
  /// Application segments and comments that may stand before it.
  private static let mostSegments = 16

  /// The picture as a JPEG file with a comment (T.81 B.2.4.5) that says it was drawn for people to look at: a
  /// contact sheet, a map, a preview.
  ///
  /// `JPEGCodec` refuses such a file, so that what the program drew beside photos is not learnt from.
  ///
  /// - Throws: as ``jpegFile(quality:)``.
  package func sheetFile(quality: Int = 95) throws(CodecError) -> [UInt8] {
    let file = try jpegFile(quality: quality)
    // Behind JFIF's segment, which has to be the first.
    let end = file[2...3].elementsEqual([0xFF, 0xE0]) ? 4 + Int(file[4]) << 8 + Int(file[5]) : 2
    let length = Self.mark.count + 2
    let head = [0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 0xFF)]
    return file[..<end] + head + Self.mark + file[end...]
  }

  /// Whether a file is one of ``sheetFile(quality:)``.
  package static func isSheet(_ file: [UInt8]) -> Bool {
    guard var reader = try? MarkerReader(file) else { return false }
    for _ in 0..<mostSegments {
      guard let segment = try? reader.next() else { return false }
      let isComment = segment.marker.code == 0xFE
      if isComment, file[segment.parameters].starts(with: mark) { return true }
      guard isComment || (0xE0...0xEF).contains(segment.marker.code) else { return false }
    }
    return false
  }
}
