extension JPEGCodec {
  /// The grammar of the profile's streams, from the Huffman tables that its files carry.
  static func grammar(
    _ profile: JPEGProfile, fileHeader: [UInt8], streamHeader: [UInt8], streamTrailer: [UInt8]
  ) throws(CodecError) -> JPEGGrammar {
    var trees: [UInt8: HuffmanTree] = [:]
    var reader = try MarkerReader(fileHeader)
    var segment = try reader.next()
    while segment.code != 0xDA {
      if segment.code == 0xC4 { try read(fileHeader[segment.parameters], into: &trees) }
      segment = try reader.next()
    }
    // Tables 0 serve luminance, 1 chrominance; class 1 is AC (T.81 B.2.4.2).
    var (dc, ac): ([HuffmanTree], [HuffmanTree]) = ([], [])
    for component in profile.blockComponents {
      let table: UInt8 = component == 0 ? 0 : 1
      guard let dcTree = trees[table], let acTree = trees[0x10 | table] else {
        throw .corrupt(message: "a Huffman table is missing")
      }
      dc.append(dcTree)
      ac.append(acTree)
    }
    return JPEGGrammar(
      .init(
        header: streamHeader, trailer: streamTrailer, dc: dc, ac: ac, mcus: profile.mcuCount,
        restartInterval: profile.restartInterval))
  }

  private static func read(
    _ parameters: ArraySlice<UInt8>, into trees: inout [UInt8: HuffmanTree]
  ) throws(CodecError) {
    var rest = parameters
    while let destination = rest.first {
      let counts = rest.dropFirst().prefix(16)
      let total = counts.reduce(0) { $0 + Int($1) }
      guard counts.count == 16, rest.count >= 17 + total else {
        throw .corrupt(message: "Bogus Huffman table definition")
      }
      trees[destination] = try HuffmanTree(
        counts: counts, symbols: rest.dropFirst(17).prefix(total))
      rest = rest.dropFirst(17 + total)
    }
  }
}
