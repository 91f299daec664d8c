extension SafeTensors {
  /// Why a file is none of the format: what its header could be wrong about.
  package enum Fault: FileFault {
    /// It has no room for the length of a header.
    case tooShort
    /// Its header would be larger than what is read.
    case headerSize(UInt64)
    /// Its header does not end inside the file.
    case headerReachesBeyondFile
    /// Its header is no JSON of the format.
    case noHeader
    /// A tensor has no offsets.
    case noPlace(String)
    /// A tensor's type is none that is known.
    case type(String, String)
    /// A tensor's offsets are none in the file.
    case reachesBeyondFile(String)
    /// A tensor has a negative size, or a count that no file holds.
    case absurdShape(String)
    /// A tensor's bytes are not as many as its shape says.
    case shape(String)
    /// Two tensors share bytes.
    case overlap
    /// Bytes before, between or behind the tensors.
    case gap
    /// Its bytes have another checksum than its header says.
    case wrongChecksum

    package var description: String {
      switch self {
      case .tooShort: "too short for a safetensors file"
      case .headerSize(let length): "its header has \(length) bytes"
      case .headerReachesBeyondFile: "its header reaches beyond its end"
      case .noHeader: "its header is no safetensors JSON"
      case .noPlace(let name): "\(name) has no place in the file"
      case .type(let name, let typeName): "\(name) has type \(typeName)"
      case .reachesBeyondFile(let name): "\(name) reaches beyond the file"
      case .absurdShape(let name): "\(name) has an absurd shape"
      case .shape(let name): "\(name) has a shape that does not fit its size"
      case .overlap: "two tensors overlap"
      case .gap: "bytes that belong to no tensor"
      case .wrongChecksum:
        "its checksum is wrong: it is damaged, or another program changed it and left the old one"
      }
    }
  }
}
