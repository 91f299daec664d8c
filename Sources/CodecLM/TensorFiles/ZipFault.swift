/// Why a zip archive is none that is read.
package enum ZipFault: FileFault {
  /// Two entries have this name.
  case duplicate(String)
  /// An entry is compressed, where none is wanted.
  case compressed(String)
  /// Bytes follow the directory's last entry.
  case directoryTooLong
  /// Two entries share bytes.
  case overlap
  /// There is no end record.
  case noEnd
  /// The archive is one of several files.
  case severalParts
  /// The 64-bit end record is not where its locator says.
  case misplacedLongEnd
  /// The end record and its 64-bit form say different things.
  case contradictoryEnds
  /// The directory does not end where the end record begins.
  case misplacedDirectory
  /// The directory has no room for so many entries.
  case tooFewEntries
  /// The directory holds something else than an entry.
  case noEntry
  /// An entry is encrypted.
  case encrypted(String)
  /// An entry is neither stored nor deflated.
  case unknownMethod(String)
  /// A stored entry has two different sizes.
  case twoSizes(String)
  /// An entry would be larger than what is read.
  case tooLarge(String, bytes: UInt64)
  /// An entry ends behind where the directory begins.
  case reachesBeyondFile(String)
  /// An entry's 64-bit extension is missing.
  case noLongSize(String)
  /// An entry begins behind where the directory begins.
  case beginsBeyondFile(String)
  /// No entry's header is where the directory says.
  case misplaced(String)
  /// An entry's header names another method than the directory.
  case otherMethod(String)
  /// An entry's header has another name than the directory.
  case otherName(String)
  /// An entry's bytes have another checksum.
  case wrongChecksum(String)
  /// An entry's bytes are no DEFLATE stream of its size.
  case cannotInflate(String, Zlib.Fault)

  package var description: String {
    switch self {
    case .duplicate(let name): "its zip directory has \(name) twice"
    case .compressed(let name): "\(name) is compressed; torch.save stores tensors uncompressed"
    case .directoryTooLong: "its zip directory is longer than its entries"
    case .overlap: "two entries of its zip directory overlap"
    case .noEnd: "a zip archive without its end; the file is not complete"
    case .severalParts: "a zip archive in several parts"
    case .misplacedLongEnd: "the 64-bit end of its zip directory is not where it says"
    case .contradictoryEnds: "the two ends of its zip directory contradict each other"
    case .misplacedDirectory: "its zip directory is not where it says"
    case .tooFewEntries: "its zip directory has fewer entries than it says"
    case .noEntry: "its zip directory holds something that is no entry"
    case .encrypted(let name): "\(name) is encrypted"
    case .unknownMethod(let name): "\(name) is compressed by a method other than DEFLATE"
    case .twoSizes(let name): "\(name) is stored, but with two different sizes"
    case .tooLarge(let name, let bytes): "\(name) would take \(bytes) bytes"
    case .reachesBeyondFile(let name): "\(name) reaches beyond the file"
    case .noLongSize(let name): "\(name) has no 64-bit size"
    case .beginsBeyondFile(let name): "\(name) begins beyond the file"
    case .misplaced(let name): "\(name) is not where its zip directory says"
    case .otherMethod(let name): "\(name) is compressed otherwise than its zip directory says"
    case .otherName(let name): "\(name) has another name than its zip directory says"
    case .wrongChecksum(let name): "\(name) is damaged: its checksum is another"
    case .cannotInflate(let name, let fault): "\(name) cannot be decompressed: \(fault)"
    }
  }
}
