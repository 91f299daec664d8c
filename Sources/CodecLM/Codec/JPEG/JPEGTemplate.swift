/// What all files of a profile share: headers, as libjpeg writes them, and the Huffman tables in these.
struct JPEGTemplate: Sendable {
  let profile: JPEGProfile
  /// SOI … SOS with tables, as in every file of the profile.
  let fileHeader: [UInt8]
  /// SOI … SOS without tables, as in every abbreviated stream of the profile.
  let abbreviatedHeader: [UInt8]
  /// For each data unit of an MCU, in their order, its tables (T.81 A.2.3).
  let dc: [HuffmanTree]
  /// Likewise.
  let ac: [HuffmanTree]

  static let endOfImage: [UInt8] = [0xFF, 0xD9]

  /// The template of a valid profile.
  ///
  /// - Throws: ``CodecError``.
  init(_ profile: JPEGProfile) throws(CodecError) {
    self.profile = profile
    fileHeader = try Self.header(profile, hasTables: true)
    abbreviatedHeader = try Self.header(profile, hasTables: false)
    let trees = try Self.trees(fileHeader)
    var (dc, ac): ([HuffmanTree], [HuffmanTree]) = ([], [])
    for component in profile.blockComponents {
      // Tables 0 serve luminance, 1 chrominance; class 1 is AC (T.81 B.2.4.2).
      let table: UInt8 = component == 0 ? 0 : 1
      guard let dcTree = trees[table], let acTree = trees[0x10 | table] else {
        throw .corrupt(.huffmanTable(isMissing: true))
      }
      dc.append(dcTree)
      ac.append(acTree)
    }
    (self.dc, self.ac) = (dc, ac)
  }

  /// The complete file of entropy-coded data.
  func file(of scan: ArraySlice<UInt8>) -> [UInt8] { fileHeader + scan + Self.endOfImage }

  /// The entropy-coded data of a file that libjpeg wrote in the profile's form without tables.
  func scan(of abbreviated: [UInt8]) -> ArraySlice<UInt8> {
    abbreviated[abbreviatedHeader.count..<abbreviated.count - Self.endOfImage.count]
  }

  /// The grammar of entropy-coded data between some header and trailer.
  func grammar(header: [UInt8] = [], trailer: [UInt8] = []) -> JPEGGrammar {
    JPEGGrammar(
      .init(
        header: header, trailer: trailer, components: profile.blockComponents, dc: dc, ac: ac,
        mcus: profile.mcuCount, restartInterval: profile.restartInterval))
  }

  /// The header of a picture of one pixel, in which the size is exchanged.
  private static func header(
    _ profile: JPEGProfile, hasTables: Bool
  ) throws(CodecError) -> [UInt8] {
    var small = profile
    (small.width, small.height) = (1, 1)
    let channels = profile.components.count
    let pixel = PixelImage(
      width: 1, height: 1, channels: channels, samples: [UInt8](repeating: 0, count: channels))
    var file = try LibJPEG.encode(pixel, small, hasTables: hasTables)
    var reader = try MarkerReader(file)
    var segment = try reader.next()
    while segment.marker.code != 0xDA {
      if segment.marker.isFrameHeader {
        // Of the picture's size a header says nothing but this (T.81 B.2.2).
        let size = [profile.height, profile.width].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let start = segment.parameters.lowerBound + 1
        file.replaceSubrange(start..<start + 4, with: size)
      }
      segment = try reader.next()
    }
    return Array(file[..<segment.parameters.upperBound])
  }

  /// The tables of a header by class and destination, as a DHT segment writes them.
  private static func trees(_ header: [UInt8]) throws(CodecError) -> [UInt8: HuffmanTree] {
    var trees: [UInt8: HuffmanTree] = [:]
    var reader = try MarkerReader(header)
    var segment = try reader.next()
    while segment.marker.code != 0xDA {
      var rest = segment.marker.code == 0xC4 ? header[segment.parameters] : []
      while let destination = rest.first {
        let counts = rest.dropFirst().prefix(16)
        let total = counts.reduce(0) { $0 + Int($1) }
        guard counts.count == 16, rest.count >= 17 + total else {
          throw .corrupt(.huffmanTable(isMissing: false))
        }
        trees[destination] = try HuffmanTree(
          counts: counts, symbols: rest.dropFirst(17).prefix(total))
        rest = rest.dropFirst(17 + total)
      }
      segment = try reader.next()
    }
    return trees
  }
}
