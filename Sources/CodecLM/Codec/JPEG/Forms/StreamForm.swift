/// What a stream holds of a JPEG file, and in which order: between the entropy-coded data, which libjpeg
/// writes and reads, and what a model learns.
///
/// A new one is a file with a conformer and its ``JPEGProfile/Stream``, and a line in
/// `JPEGStreamForms/all`.
protocol StreamForm: Sendable {
  /// The stream of entropy-coded data.
  ///
  /// - Parameter scan: data as libjpeg writes them in the profile's form, with restart markers.
  /// - Throws: ``CodecError/corrupt(_:)`` where the form has no stream for the data.
  func stream(of scan: ArraySlice<UInt8>) throws(CodecError) -> [UInt8]

  /// The entropy-coded data of a stream, restart markers among them.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)``.
  func scan(of stream: [UInt8]) throws(CodecError) -> ArraySlice<UInt8>

  /// The grammar of the streams, at the beginning of one.
  func makeGrammar() -> any ByteGrammar

  /// The pieces of a stream and the MCU that each belongs to; see ``UnitCoding/unitRuns(of:)``.
  ///
  /// - Throws: ``CodecError/notCanonical(offset:_:)``.
  func unitRuns(of stream: [UInt8]) throws(CodecError) -> [UnitRun]

  /// The bytes that begin a symbol; empty where streams have none.
  var symbolStarts: ByteSet { get }
}

extension StreamForm {
  /// None.
  var symbolStarts: ByteSet { ByteSet() }
}

/// The forms that a profile may name.
enum JPEGStreamForms {
  /// A form by its name.
  struct Entry: Sendable {
    let stream: JPEGProfile.Stream
    /// The ending of a file that holds nothing but a stream.
    let fileExtension: String
    /// What a byte of a stream is called.
    var byteName = "byte"
    let make: @Sendable (JPEGTemplate) -> any StreamForm
  }

  /// All, in the order in which help lists them.
  static let all = [
    Entry(stream: .full, fileExtension: "jpg", make: ScanForm.full),
    Entry(stream: .abbreviated, fileExtension: "ajpg", make: ScanForm.abbreviated),
    Entry(stream: .scan, fileExtension: "scan", make: ScanForm.bare),
    Entry(
      stream: .symbols, fileExtension: "symbols", byteName: "symbol byte", make: SymbolForm.init),
  ]

  /// The form of a name; `nil` if there is none.
  static func entry(_ stream: JPEGProfile.Stream) -> Entry? { all.first { $0.stream == stream } }
}
