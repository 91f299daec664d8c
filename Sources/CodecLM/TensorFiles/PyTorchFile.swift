package import Foundation

/// A file that `torch.save` wrote: a dictionary of tensors, read without executing its pickle.
///
/// Both of torch's formats: the zip archive, and the stream of pickles it wrote before version 1.6.
/// Tensors keep their strides, and several may share bytes, as tied weights do.
package struct PyTorchFile: TensorFile {
  /// Where the file is.
  package let path: String
  /// The tensors by name.
  package let tensors: [String: StoredTensor]

  /// Maps a file and reads its dictionary.
  ///
  /// - Throws: ``FileError`` that names what is malformed or not a tensor.
  package init(_ url: URL) throws(FileError) {
    let file = try MappedFile(path: url.path)
    path = url.path
    tensors = try ZipDirectory.isZip(file) ? Self.archive(file) : Self.stream(file)
  }

  /// Of a zip archive with the entries `NAME/data.pkl` and `NAME/data/KEY`.
  private static func archive(_ file: MappedFile) throws(FileError) -> [String: StoredTensor] {
    let entries = try ZipDirectory(file).entries.mapValues(\.range)
    let suffix = "/data.pkl"
    let pickles = entries.keys.filter { $0.hasSuffix(suffix) }
    guard pickles.count == 1, let name = pickles.first, let range = entries[name] else {
      throw .malformed(path: file.path, reason: Fault.foreignArchive)
    }
    let folder = name.dropLast(suffix.count)
    if let order = entries["\(folder)/byteorder"], file.bytes(order) != Array("little".utf8) {
      throw .malformed(path: file.path, reason: Fault.notLittleEndian)
    }
    var cursor = FileCursor(file, range)
    let (value, pickle) = try Pickle.read(&cursor)
    return try tensors(of: value, pickle, file) { storage in
      entries["\(folder)/data/\(storage.key)"]
    }
  }

  private static let streamMagic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]
  fileprivate static let streamVersion = 1001

  /// Of five pickles (magic number, version, the writer's machine, the dictionary, the storages'
  /// keys) and then each storage's count and elements in the order of the keys.
  private static func stream(_ file: MappedFile) throws(FileError) -> [String: StoredTensor] {
    var cursor = FileCursor(file, 0..<file.count)
    // A pickle of protocol 2 begins with these bytes, whatever it holds.
    guard file.count >= 2, file.bytes(0..<2) == [0x80, 0x02],
      try Pickle.read(&cursor).value == .longInteger(streamMagic)
    else { throw cursor.malformed(Fault.foreignFile) }
    guard try Pickle.read(&cursor).value == .integer(streamVersion) else {
      throw cursor.malformed(Fault.version)
    }
    let (machine, facts) = try Pickle.read(&cursor)
    guard case .dictionary(let index) = machine,
      facts.dictionaries[index]["little_endian"] == .bool(true)
    else { throw cursor.malformed(Fault.notLittleEndian) }
    let (value, pickle) = try Pickle.read(&cursor)
    let (keys, list) = try Pickle.read(&cursor)
    guard case .list(let names) = keys else { throw cursor.malformed(Fault.noKeys) }

    let types = Dictionary(
      pickle.storages.map { ($0.key, $0.type) }, uniquingKeysWith: { first, _ in first })
    var places: [String: Range<Int>] = [:]
    for name in list.sequences[names] {
      guard case .text(let key) = name, let type = types[key], places[key] == nil else {
        throw cursor.malformed(Fault.otherKeys)
      }
      let count = try cursor.next(UInt64.self)
      guard count <= UInt64(cursor.remaining / type.bytes) else {
        throw cursor.malformed(Fault.endsInside(storage: key))
      }
      let bytes = Int(count) * type.bytes
      let start = try cursor.skip(bytes)
      places[key] = start..<start + bytes
    }
    return try tensors(of: value, pickle, file) { places[$0.key] }
  }

  private static func tensors(
    of value: Pickle.Value, _ pickle: Pickle, _ file: MappedFile,
    place: (Pickle.Storage) -> Range<Int>?
  ) throws(FileError) -> [String: StoredTensor] {
    func malformed(_ fault: Fault) -> FileError { .malformed(path: file.path, reason: fault) }
    guard case .dictionary(let index) = value else {
      throw malformed(.noDictionary)
    }
    var tensors: [String: StoredTensor] = [:]
    for (name, value) in pickle.dictionaries[index] {
      guard case .tensor(let index) = value else {
        throw malformed(.notATensor(name))
      }
      let tensor = pickle.tensors[index]
      let storage = pickle.storages[tensor.storage]
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.bytes)
      guard !overflow, let range = place(storage), range.count == size else {
        throw malformed(.elements(of: name))
      }
      do {
        tensors[name] = try StoredTensor(
          file, range, offset: tensor.offset, type: storage.type, shape: tensor.shape,
          strides: tensor.strides)
      } catch {
        throw malformed(.tensor(name, error))
      }
    }
    return tensors
  }
}

extension PyTorchFile {
  /// Why a file is none that torch wrote, or holds something else than tensors.
  package enum Fault: FileFault {
    /// A zip archive without torch's pickle.
    case foreignArchive
    /// Written on a machine of another byte order.
    case notLittleEndian
    /// Neither a zip archive nor torch's stream.
    case foreignFile
    /// A stream of another version.
    case version
    /// A stream whose list of storages is none.
    case noKeys
    /// A stream's list of storages names others than its tensors.
    case otherKeys
    /// A stream ends within a storage.
    case endsInside(storage: String)
    /// Its pickle holds something else.
    case noDictionary
    /// A member of its dictionary is something else.
    case notATensor(String)
    /// A tensor's storage is missing or has another size.
    case elements(of: String)
    /// A tensor cannot be where it is said to be.
    case tensor(String, StoredTensor.Fault)

    package var description: String {
      switch self {
      case .foreignArchive: "a zip archive, but none that torch.save wrote"
      case .notLittleEndian: "its numbers are not little-endian"
      case .foreignFile: "not a file that torch.save wrote"
      case .version: "a version of torch's format other than \(PyTorchFile.streamVersion)"
      case .noKeys: "its storages have no keys"
      case .otherKeys: "its storages' keys are not those of its tensors"
      case .endsInside(let key): "it ends inside storage \(key)"
      case .noDictionary: "holds no dictionary of tensors"
      case .notATensor(let name): "\(name) is no tensor; only a dictionary of tensors is read"
      case .elements(let name):
        "the elements of \(name) are missing or of another size than it says"
      case .tensor(let name, let fault): "\(name) \(fault.description)"
      }
    }
  }
}
