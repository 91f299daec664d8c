/// The second byte of a marker (ITU-T T.81 table B.1).
package struct JPEGMarker: Hashable, Sendable {
  /// From 0x01 to 0xFE.
  package let code: UInt8

  /// A marker of a code.
  package init(_ code: UInt8) { self.code = code }

  /// Its symbol in the standard.
  package var name: String {
    switch code {
    case 0x01: "TEM"
    case 0xC4: "DHT"
    case 0xC8: "JPG"
    case 0xCC: "DAC"
    case 0xC0...0xCF: "SOF\(code - 0xC0)"
    case 0xD0...0xD7: "RST\(code - 0xD0)"
    case 0xD8: "SOI"
    case 0xD9: "EOI"
    case 0xDA: "SOS"
    case 0xDB: "DQT"
    case 0xDC: "DNL"
    case 0xDD: "DRI"
    case 0xDE: "DHP"
    case 0xDF: "EXP"
    case 0xE0...0xEF: "APP\(code - 0xE0)"
    case 0xF0...0xFD: "JPG\(code - 0xF0)"
    case 0xFE: "COM"
    default: "RES"
    }
  }

  /// Whether no length and no parameters follow (B.1.1.3).
  var standsAlone: Bool { code == 0x01 || (0xD0...0xD9).contains(code) }

  /// What a marker belongs to that no process of T.81's files with a single frame uses; `nil` for the
  /// others.
  var foreign: String? {
    switch code {
    case 0x02...0xBF: "a reserved marker, 0x\(String(code, radix: 16, uppercase: true))"
    case 0xC8: "a marker reserved for extensions"
    case 0xDE, 0xDF: "a marker of the hierarchical process"
    case 0xF0...0xFD: "a marker of an extension of JPEG"
    default: nil
    }
  }

  /// Whether this is a frame header's; among their codes stand DHT, JPG and DAC.
  var isFrameHeader: Bool {
    (0xC0...0xCF).contains(code) && code != 0xC4 && code != 0xC8 && code != 0xCC
  }
}

extension JPEGMarker: Encodable {
  /// Writes the name.
  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(name)
  }
}

/// Where a file stops being a JPEG file that can be read, and why.
package struct JPEGFault: Error, Hashable, Sendable, Encodable, CustomStringConvertible {
  /// The byte where it was found.
  package let offset: Int
  /// What is wrong there.
  package let reason: String

  init(_ offset: Int, _ reason: String) {
    self.offset = offset
    self.reason = reason
  }

  /// One line.
  package var description: String { "byte \(offset): \(reason)" }
}
