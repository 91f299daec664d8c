/// An array of floating-point numbers in NumPy's format `.npy` (NumPy Enhancement Proposal 1).
package struct NumPyArray: Equatable {
  /// Sizes, outermost first.
  package let shape: [Int]
  /// The elements, the last index running fastest.
  package let elements: [Double]

  /// Why bytes are no such array.
  package enum Fault: Error, Equatable {
    case notNumPy
    case type(String)
    case wrongSize

    /// What follows the array's name in a message.
    package var description: String {
      switch self {
      case .notNumPy: "is no array in NumPy's format"
      case .type(let type): "has the type \(type), expected little-endian float32 or float64"
      case .wrongSize: "has another size than its shape"
      }
    }
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  package init(shape: [Int], elements: [Double]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) for \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// Reads little-endian float32 or float64 of up to two dimensions, whichever index runs fastest.
  ///
  /// - Throws: ``Fault``.
  package init(_ file: [UInt8]) throws(Fault) {
    guard file.count >= 12, file.starts(with: Self.magic), (1...3).contains(file[6]) else {
      throw .notNumPy
    }
    let isShort = file[6] == 1
    let start = isShort ? 10 : 12
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(file[$1]) }
    guard length <= file.count - start else { throw .wrongSize }
    let header = String(decoding: file[start..<start + length], as: UTF8.self)
    guard let type = Self.value(of: "descr", in: header),
      let order = Self.value(of: "fortran_order", in: header),
      let shape = Self.shape(in: header)
    else { throw .notNumPy }
    let size: Int
    switch type {
    case "'<f8'": size = 8
    case "'<f4'": size = 4
    default: throw .type(type)
    }
    let data = start + length
    var count = 1
    for side in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      guard !overflow, product <= file.count / size else { throw .wrongSize }
      count = product
    }
    guard shape.count <= 2, file.count - data == count * size else { throw .wrongSize }
    var elements: [Double] = []
    elements.reserveCapacity(count)
    // Of an array whose first index runs fastest, row r and column c stand at c · rows + r.
    let isColumnMajor = order == "True" && shape.count == 2
    let (rows, columns) = isColumnMajor ? (shape[0], shape[1]) : (1, count)
    for row in 0..<rows {
      for column in 0..<columns {
        let place = data + (column * rows + row) * size
        let bits = (0..<size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(file[place + $1]) }
        elements.append(
          size == 8
            ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        )
      }
    }
    self.init(shape: shape, elements: elements)
  }

  /// The array as a file, float64.
  package var file: [UInt8] {
    let sides = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(sides)), }"
    // The numbers begin at a multiple of 64.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = header.utf8.count
    var file = Self.magic + [1, 0] + [UInt8](littleEndian: UInt16(length)) + Array(header.utf8)
    file.reserveCapacity(file.count + 8 * elements.count)
    for element in elements { file.append(littleEndian: element.bitPattern) }
    return file
  }

  /// The text after a key of the header, a Python literal, up to the next comma.
  private static func value(of key: String, in header: String) -> String? {
    guard let rest = text(after: key, in: header) else { return nil }
    return rest.prefix { $0 != "," && $0 != "}" }.trimming(" ")
  }

  private static func shape(in header: String) -> [Int]? {
    guard let rest = text(after: "shape", in: header), rest.first == "(" else { return nil }
    let sides = rest.dropFirst().prefix { $0 != ")" }.split(separator: ",")
      .map { $0.trimming(" ") }.filter { !$0.isEmpty }
    let numbers = sides.compactMap { Int($0) }.filter { $0 >= 0 }
    return numbers.count == sides.count ? numbers : nil
  }

  private static func text(after key: String, in header: String) -> Substring? {
    let parts = header.split(separator: "'\(key)':", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? parts[1].drop { $0 == " " } : nil
  }
}

extension Substring {
  /// The text without a character at its beginning and end.
  fileprivate func trimming(_ character: Character) -> String {
    var text = drop { $0 == character }
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
