import CodecLM
import Foundation
import TestSupport
import Testing

/// Files that torch wrote (Scripts/fixtures/make-torch.py), and lies made from them.
@Suite struct PyTorchFileTests {
  @Test(arguments: ["state.pt", "state-stream.pt"])
  func `every tensor is torch's, whatever its strides`(name: String) throws {
    let file = try PyTorchFile(try Fixtures.url("torch/\(name)"))
    let expected = try SafeTensors(try Fixtures.url("torch/state.safetensors"))
    #expect(Set(file.tensors.keys) == Set(expected.tensors.keys))
    for (name, tensor) in file.tensors {
      let reference = try #require(expected.tensors[name])
      #expect(tensor.shape == reference.shape, "\(name)")
      #expect(tensor.floats() == reference.floats(), "\(name)")
      #expect(tensor.integers() == reference.integers(), "\(name)")
    }
    #expect(file.tensors["tensorflow"]?.strides == [1, 3, 12, 6])
    #expect(file.tensors["bfloat"]?.type == .bfloat16)
    #expect(file.tensors["half"]?.type == .float16)
    #expect(file.tensors["transposed"]?.isContiguous == false)
    #expect(file.integers("1.num_batches_tracked") == [0])
    #expect(file.floats("one") == [0.25])
    #expect(file.floats("empty") == [])
  }

  @Test func `a tensor is written where it belongs in a buffer`() throws {
    let file = try PyTorchFile(try Fixtures.url("torch/state.pt"))
    let rows = try #require(file.tensors["rows"])
    let buffer = try FloatBuffer(count: 7)
    rows.load(into: buffer, at: 2)
    let elements = Matrix(buffer, rows: 1, columns: 7).elements
    #expect(elements == [0, 0] + (try #require(rows.floats())) + [0])
  }

  @Test(arguments: ["foreign-global.pt", "foreign-global-stream.pt"])
  func `a foreign global is refused by name`(name: String) throws {
    try expect(
      PickleFault.foreignGlobal(module: "datetime", name: "date"),
      of: Fixtures.bytes("torch/\(name)"))
  }

  @Test func `what is no tensor is refused by name`() throws {
    let fault = try fault(of: Fixtures.bytes("torch/nested.pt")) as? PyTorchFile.Fault
    #expect(fault == .notATensor("step") || fault == .notATensor("model"))
  }

  @Test(
    arguments: [
      (
        "cos\nsystem\n(X\u{2}\u{0}\u{0}\u{0}lstR.",
        PickleFault.foreignGlobal(module: "os", name: "system")
      ),
      ("cbuiltins\neval\n.", PickleFault.foreignGlobal(module: "builtins", name: "eval")),
      ("i", PickleFault.opcode(0x69, place: first)), ("o", PickleFault.opcode(0x6f, place: first)),
      ("P1\n.", PickleFault.opcode(0x50, place: first)),
      ("I1\n.", PickleFault.opcode(0x49, place: first)),
      ("(0.", PickleFault.opcode(0x30, place: first + 1)),
      ("}}s.", PickleFault.underflow), (".", PickleFault.underflow), ("}(.", PickleFault.underflow),
      ("h\u{7}.", PickleFault.notRemembered), ("}K\u{1}K\u{2}s.", PickleFault.keyIsNoText),
      ("NNNs.", PickleFault.noDictionary), ("NNa.", PickleFault.noList),
      ("NQ.", PickleFault.noStorage), ("NNR.", PickleFault.callsNoGlobal),
      ("NNb.", PickleFault.buildsObject),
      (
        "ccollections\nOrderedDict\nN\u{85}R.",
        PickleFault.arguments(of: "collections.OrderedDict")
      ),
      ("ctorch\nFloatStorage\n)R.", PickleFault.arguments(of: "torch.FloatStorage")),
      ("X\u{7f}\u{7f}\u{0}\u{0}", PickleFault.textTooLong),
      ("K\u{1}.\u{80}\u{2}].", PyTorchFile.Fault.noDictionary), ("", FileCursor.Fault.endsEarly),
    ] as [(String, any FileFault)])
  func `a pickle that is no dictionary of tensors is refused for its fault`(
    _ dictionary: String, _ fault: any FileFault
  ) throws {
    // PROTO and TUPLE1 are not ASCII; the others are.
    let pickle = dictionary.unicodeScalars.map { UInt8($0.value) }
    try expect(fault, of: Self.streamStart + [0x80, 2] + pickle)
  }

  @Test func `a pickle cannot nest deeper than its reader`() throws {
    for opcode in ["(", "N", "]"] {
      let bomb = [UInt8](repeating: opcode.utf8.first ?? 0, count: 1 << 17)
      try expect(PickleFault.tooDeep, of: Self.streamStart + [0x80, 2] + bomb)
    }
    let tuples = [UInt8(ascii: ")")] + [UInt8](repeating: 0x85, count: 9 << 20)
    try expect(PickleFault.tooLong, of: Self.streamStart + [0x80, 2] + tuples)
  }

  @Test(arguments: ["state.pt", "state-stream.pt"])
  func `a file that ends early is refused`(name: String) throws {
    let bytes = try Fixtures.bytes("torch/\(name)")
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.pt")
      for length in stride(from: 0, to: bytes.count, by: 7) {
        try Data(bytes.prefix(length)).write(to: url)
        #expect(throws: FileError.self, "\(length)") { try PyTorchFile(url) }
      }
    }
  }

  /// Places in the zip archive's last record and directory that must not be believed.
  @Test(
    arguments: [
      (-12, 0xff, .severalParts), (-2, 1, .noEnd), (-10, 0xff, .misplacedDirectory),
      (-6, 0xff, .misplacedDirectory), (-18, 0x7f, .severalParts), (-14, 1, .severalParts),
    ] as [(Int, UInt8, ZipFault)])
  func `a zip archive whose end lies is refused`(place: Int, flip: UInt8, fault: ZipFault) throws {
    var bytes = Self.smallZip(["a/data.pkl": [0x80, 2, 0x7d, 0x2e]])
    bytes[bytes.count + place] ^= flip
    try expect(fault, of: bytes)
  }

  @Test func `a zip archive's entries must be what its directory says`() throws {
    let good = Self.smallZip(["a/data.pkl": [0x80, 2, 0x7d, 0x2e]])
    let directory = good.count - 22 - 46 - 10
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.pt")
      try Data(good).write(to: url)
      #expect(try PyTorchFile(url).tensors.isEmpty)
    }
    let name = "a/data.pkl"
    let lies: [(place: Int, value: UInt8, fault: any FileFault)] = [
      (directory + 10, 8, ZipFault.otherMethod(name)),
      (directory + 8, 1, ZipFault.encrypted(name)),
      (directory + 20, 5, ZipFault.twoSizes(name)), (directory + 42, 1, ZipFault.misplaced(name)),
      (directory + 45, 0x7f, ZipFault.beginsBeyondFile(name)),
      (directory + 46, 0x62, ZipFault.otherName("b/data.pkl")), (directory, 0, ZipFault.noEntry),
      (8, 8, ZipFault.otherMethod(name)), (0x1e, 0x62, ZipFault.otherName(name)),
      (directory + 30, 1, FileCursor.Fault.endsEarly),
      (directory + 47, 0xff, FileCursor.Fault.notUTF8(place: directory + 46)),
    ]
    for (place, value, fault) in lies {
      var bytes = good
      bytes[place] = value
      try expect(fault, of: bytes)
    }
    var large = good
    for place in directory + 20..<directory + 28 { large[place] = 0x7f }
    try expect(ZipFault.reachesBeyondFile(name), of: large)
    for place in directory + 20..<directory + 28 { large[place] = 0xff }
    try expect(ZipFault.noLongSize(name), of: large)
  }

  @Test func `two entries of a zip archive cannot share bytes or a name`() throws {
    var bytes = Self.smallZip(["a/1": [1, 2, 3], "a/2": [4, 5, 6]])
    let directory = bytes.count - 22 - 2 * (46 + 3)
    bytes[directory + 46 + 3 + 46 + 2] = 0x31
    bytes[30 + 3 + 3 + 30 + 2] = 0x31
    try expect(ZipFault.duplicate("a/1"), of: bytes)

    bytes = Self.smallZip(["a/1": [1, 2, 3], "a/2": [4, 5, 6]])
    bytes[directory + 20] = 4
    bytes[directory + 24] = 4
    try expect(ZipFault.overlap, of: bytes)
  }

  /// The three pickles of the old format before the dictionary.
  private static let streamStart: [UInt8] =
    [
      0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e, 0x80, 2,
      0x4d, 0xe9, 3, 0x2e, 0x80, 2, 0x7d, 0x58, 13, 0, 0, 0,
    ] + Array("little_endian".utf8) + [0x88, 0x73, 0x2e]

  /// A zip archive of small stored entries, in the order of their names.
  private static func smallZip(_ entries: [String: [UInt8]]) -> [UInt8] {
    var (archive, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, contents) in entries.sorted(by: { $0.key < $1.key }) {
      let (size, length) = (UInt8(contents.count), UInt8(name.utf8.count))
      let common: [UInt8] =
        [10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, size, 0, 0, 0, size, 0, 0, 0, length, 0, 0, 0]
      directory += [0x50, 0x4b, 1, 2, 10, 0] + common + [UInt8](repeating: 0, count: 10)
      directory += [UInt8(archive.count), 0, 0, 0] + Array(name.utf8)
      archive += [0x50, 0x4b, 3, 4] + common + Array(name.utf8) + contents
    }
    let count = UInt8(entries.count)
    return archive + directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0, count, 0, count, 0]
      + [UInt8(directory.count), 0, 0, 0, UInt8(archive.count), 0, 0, 0, 0, 0]
  }

  /// Where the pickle after ``streamStart`` has its first opcode.
  private static let first = streamStart.count + 2

  private func expect(
    _ fault: any FileFault, of bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try self.fault(of: bytes)
    // The file is not there any more, and its path is not compared.
    #expect(
      FileError.malformed(path: "", reason: found) == .malformed(path: "", reason: fault),
      sourceLocation: sourceLocation)
  }

  /// Why a file of these bytes is refused.
  private func fault(of bytes: [UInt8]) throws -> any FileFault {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.pt")
      try Data(bytes).write(to: url)
      let error = try #require(throws: FileError.self) { try PyTorchFile(url) }
      guard case .malformed(url.path, let fault) = error else { throw error }
      return fault
    }
  }
}
