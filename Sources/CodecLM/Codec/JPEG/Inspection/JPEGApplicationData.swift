/// What APPn and COM segments hold, in a few words.
enum JPEGApplicationData {
  /// Whose data an APPn segment's parameters are, by the name that they begin with.
  static func owner(_ marker: JPEGMarker, _ parameters: ArraySlice<UInt8>) -> String {
    let name = text(parameters.prefix { $0 != 0 }.prefix(40))
    let bytes = Array(parameters.dropFirst(name.count + 1))
    switch (marker.code, name) {
    case (0xE0, "JFIF") where bytes.count >= 7:
      let unit = ["pixel aspect", "dots per inch", "dots per cm"]
      let (x, y) = (Int(bytes[3]) << 8 | Int(bytes[4]), Int(bytes[5]) << 8 | Int(bytes[6]))
      let density = bytes[2] < 3 ? ", \(x) × \(y) \(unit[Int(bytes[2])])" : ""
      return "JFIF \(bytes[0]).\(bytes[1] < 10 ? "0" : "")\(bytes[1])\(density)"
    case (0xE1, "Exif"):
      let orientation = Orientation(exif: parameters).map { ", orientation \($0.rawValue)" }
      return "EXIF" + (orientation ?? "")
    case (0xE2, "ICC_PROFILE") where bytes.count >= 2:
      return "ICC profile, part \(bytes[0]) of \(bytes[1])"
    // Adobe technical note 5116: "Adobe", version, two words of flags, transform.
    case (0xEE, _) where parameters.starts(with: Array("Adobe".utf8)) && parameters.count >= 12:
      let transform = parameters[parameters.startIndex + 11]
      let names = ["none", "YCbCr", "YCCK"]
      return "Adobe, colour transform \(transform < 3 ? names[Int(transform)] : "\(transform)")"
    default: return name.isEmpty ? "no name" : name
    }
  }

  /// Printable ASCII; each other byte as `·`.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(bytes.map { (0x20...0x7E).contains($0) ? Character(Unicode.Scalar($0)) : "·" })
  }
}
