/// Why a stream is not in canonical form from some byte on.
public enum StreamFault: Hashable, Sendable {
  /// The grammar allows another byte.
  case byte
  /// The grammar allows another symbol.
  case symbol
  /// The stream ends before it is complete.
  case end
  /// The headers are not the profile's.
  case header
  /// There is nothing between header and trailer.
  case noData
  /// A marker is not the restart marker that is due.
  case marker
  /// There are more or fewer restart markers than the picture has.
  case restartMarkers(Int, needed: Int)
  /// There is no EOI at the end.
  case noEndOfImage
  /// A prompt goes on as no stream of the profile does.
  case prompt
  /// What a codec of one's own finds, in its words.
  case other(String)
}

extension StreamFault: CustomStringConvertible {
  /// What is wrong, in a few words.
  public var description: String {
    switch self {
    case .byte: "a byte that may not stand here"
    case .symbol: "a symbol that may not stand here"
    case .end: "the stream ends too early"
    case .header: "not the header of the profile"
    case .noData: "no entropy-coded data"
    case .marker: "a marker that is not the restart marker due"
    case .restartMarkers(let count, let needed): "\(count) restart markers, not \(needed)"
    case .noEndOfImage: "no EOI at the end"
    case .prompt: "no stream of the profile goes on so"
    case .other(let words): words
    }
  }
}

/// Why a file, or the data in a stream, cannot be read.
public enum DataFault: Hashable, Sendable {
  /// What the decoder of the format says, in its own words.
  case decoder(String)
  /// The headers of a JPEG file end or contradict themselves at a byte.
  case header(HeaderFault, offset: Int)
  /// The Huffman tables are missing or no tables.
  case huffmanTable(isMissing: Bool)
  /// Entropy-coded data are not of the profile's form at a byte.
  case entropyCodedData(offset: Int)
  /// A coefficient is outside the range of eight-bit samples.
  case coefficient(Int)
  /// libjpeg does not write the coefficients again.
  case coefficients
  /// The inspection finds a fault at a byte.
  case inspection(offset: Int, String)
  /// Grammar and inspection find different units.
  case unitCount
  /// The stream's file has another canonical form.
  case roundTrip
  /// A parameter set of H.264 is none.
  case parameterSet(ParameterSetFault)

  /// What is wrong in the headers of a JPEG file.
  public enum HeaderFault: Hashable, Sendable {
    /// EOI comes before a scan.
    case noScan
    /// A segment is longer than the file.
    case segment
    /// The file ends.
    case end
    /// A scan comes before a frame header.
    case noFrame
    /// The frame header is shorter than its fields.
    case frame
  }

  /// What is wrong in a parameter set of H.264.
  public enum ParameterSetFault: String, Hashable, Sendable {
    /// It ends inside a field.
    case end = "cut off"
    /// A number has more than 32 bits.
    case number = "with a number too long"
    /// It goes on behind its fields.
    case rest = "with more than its fields"
  }
}

extension DataFault: CustomStringConvertible {
  /// What is wrong, in a few words.
  public var description: String {
    switch self {
    case .decoder(let words): words
    case .header(let fault, let offset):
      switch fault {
      case .noScan: "no scan before EOI at byte \(offset)"
      case .segment: "the segment at byte \(offset) is cut off"
      case .end: "the file ends in its headers at byte \(offset)"
      case .noFrame: "a scan without a frame at byte \(offset)"
      case .frame: "the frame header at byte \(offset) is too short"
      }
    case .huffmanTable(let isMissing):
      isMissing ? "a Huffman table is missing" : "Bogus Huffman table definition"
    case .entropyCodedData(let offset):
      "entropy-coded data of another form at byte \(offset)"
    case .coefficient(let value): "coefficient \(value) is out of range"
    case .coefficients: "the coefficients cannot be coded again"
    case .inspection(let offset, let reason): "byte \(offset): \(reason)"
    case .unitCount: "grammar and inspection count differently"
    case .roundTrip: "the stream's file gives another stream"
    case .parameterSet(let fault): "parameter set \(fault.rawValue)"
    }
  }
}
