public import Foundation

/// A file that `torch.save` wrote: a dictionary of tensors, read without executing its pickle.
///
/// Both of torch's formats: the zip archive, and the stream of pickles it wrote before version 1.6.
/// Tensors keep their strides, and several may share bytes, as tied weights do.
public struct PyTorchFile: TensorFile {
  /// Where the file is.
  public let path: String
  /// The tensors by name.
  public let tensors: [String: StoredTensor]

  /// Maps a file and reads its dictionary.
  ///
  /// - Throws: ``FileError`` that names what is malformed or not a tensor,
  ///   ``NumericsError/cannotMap(path:reason:)``.
  public init(_ url: URL) throws {
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
      throw .malformed(path: file.path, reason: "a zip archive, but none that torch.save wrote")
    }
    let folder = name.dropLast(suffix.count)
    if let order = entries["\(folder)/byteorder"], file.bytes(order) != Array("little".utf8) {
      throw .malformed(path: file.path, reason: "its numbers are not little-endian")
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
  private static let streamVersion = 1001

  /// Of five pickles (magic number, version, the writer's machine, the dictionary, the storages'
  /// keys) and then each storage's count and elements in the order of the keys.
  private static func stream(_ file: MappedFile) throws(FileError) -> [String: StoredTensor] {
    var cursor = FileCursor(file, 0..<file.count)
    // A pickle of protocol 2 begins with these bytes, whatever it holds.
    guard file.count >= 2, file.bytes(0..<2) == [0x80, 0x02],
      try Pickle.read(&cursor).value == .longInteger(streamMagic)
    else { throw cursor.malformed("not a file that torch.save wrote") }
    guard try Pickle.read(&cursor).value == .integer(streamVersion) else {
      throw cursor.malformed("a version of torch's format other than \(streamVersion)")
    }
    let (machine, facts) = try Pickle.read(&cursor)
    guard case .dictionary(let index) = machine,
      facts.dictionaries[index]["little_endian"] == .bool(true)
    else { throw cursor.malformed("its numbers are not little-endian") }
    let (value, pickle) = try Pickle.read(&cursor)
    let (keys, list) = try Pickle.read(&cursor)
    guard case .list(let names) = keys else { throw cursor.malformed("its storages have no keys") }

    let types = Dictionary(
      pickle.storages.map { ($0.key, $0.type) }, uniquingKeysWith: { first, _ in first })
    var places: [String: Range<Int>] = [:]
    for name in list.sequences[names] {
      guard case .text(let key) = name, let type = types[key], places[key] == nil else {
        throw cursor.malformed("its storages' keys are not those of its tensors")
      }
      let count = try cursor.next(UInt64.self)
      guard count <= UInt64(cursor.remaining / type.bytes) else {
        throw cursor.malformed("it ends inside storage \(key)")
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
    func malformed(_ reason: String) -> FileError { .malformed(path: file.path, reason: reason) }
    guard case .dictionary(let index) = value else {
      throw malformed("holds no dictionary of tensors")
    }
    var tensors: [String: StoredTensor] = [:]
    for (name, value) in pickle.dictionaries[index] {
      guard case .tensor(let index) = value else {
        throw malformed("\(name) is no tensor; only a dictionary of tensors is read")
      }
      let tensor = pickle.tensors[index]
      let storage = pickle.storages[tensor.storage]
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.bytes)
      guard !overflow, let range = place(storage), range.count == size else {
        throw malformed("the elements of \(name) are missing or of another size than it says")
      }
      do {
        tensors[name] = try StoredTensor(
          file, range, offset: tensor.offset, type: storage.type, shape: tensor.shape,
          strides: tensor.strides)
      } catch {
        throw malformed("\(name) \(error.description)")
      }
    }
    return tensors
  }
}
