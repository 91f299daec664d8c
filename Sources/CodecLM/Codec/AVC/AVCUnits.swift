/// The NAL units of an Annex B byte stream (ITU-T H.264, B.1).
struct AVCUnits: Sequence {
  /// A unit's place in the stream.
  struct Unit {
    /// nal_unit_type (table 7-1).
    let type: UInt8
    /// The bytes behind the start code.
    let bytes: Range<Int>

    /// A coded slice, of an IDR picture or another.
    var isSlice: Bool { type == 1 || type == 5 }
    /// A slice of an IDR picture.
    var isOfIDR: Bool { type == 5 }
  }

  private let stream: [UInt8]

  init(of stream: [UInt8]) { self.stream = stream }

  func makeIterator() -> Iterator { Iterator(stream) }

  struct Iterator: IteratorProtocol {
    private let stream: [UInt8]
    /// Behind the next unit's start code; `nil` if there is none.
    private var start: Int?

    init(_ stream: [UInt8]) {
      self.stream = stream
      start = Self.startCode(in: stream, from: 0).map { $0 + 3 }
    }

    mutating func next() -> Unit? {
      guard let start, start < stream.count else { return nil }
      let code = Self.startCode(in: stream, from: start)
      self.start = code.map { $0 + 3 }
      var end = code ?? stream.count
      // A unit ends with a bit 1 (7.4.1): zeros behind it belong to the next start code.
      while end > start + 1, stream[end - 1] == 0 { end -= 1 }
      return Unit(type: stream[start] & 0x1F, bytes: start..<end)
    }

    private static func startCode(in stream: [UInt8], from first: Int) -> Int? {
      var index = first
      while index + 2 < stream.count {
        if stream[index + 2] > 1 {
          index += 3
        } else if stream[index] == 0, stream[index + 1] == 0, stream[index + 2] == 1 {
          return index
        } else {
          index += 1
        }
      }
      return nil
    }
  }
}

/// Whether a slice is the first of its picture: first_mb_in_slice, an Exp-Golomb code whose 0 is a bit 1,
/// stands behind the unit's first byte (7.3.3).
func beginsPicture(_ slice: ArraySlice<UInt8>) -> Bool {
  slice.dropFirst().first.map { $0 & 0x80 != 0 } ?? false
}
