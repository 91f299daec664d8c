import CodecLM
import Foundation
import Testing

struct AtomicFileTests {
  private let folder: TemporaryFolder
  private let target: URL

  init() throws {
    folder = try TemporaryFolder()
    target = folder("target")
  }

  @Test(arguments: [0, 1, 1 << 20, 1 << 20 + 1, 3 << 20])
  func `what is appended is what is read`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    var file = try AtomicFile(target)
    try file.append([1, 2, 3])
    try file.append(bytes)
    try file.append([4])
    try file.finish()
    #expect(try Array(Data(contentsOf: target)) == [1, 2, 3] + bytes + [4])
    #expect(try folder.names == ["target"])
  }

  @Test func `nothing is seen before the end`() throws {
    try AtomicFile.write([9], to: target)
    var file = try AtomicFile(target)
    try file.append([UInt8](repeating: 1, count: 3 << 20))
    #expect(try Array(Data(contentsOf: target)) == [9])
    try file.finish()
    #expect(try Data(contentsOf: target).count == 3 << 20)
  }

  @Test func `an abandoned file leaves the target and no trace`() throws {
    try AtomicFile.write([9], to: target)
    func abandon() throws {
      var file = try AtomicFile(target)
      try file.append([1, 2, 3])
      throw CancellationError()
    }
    #expect(throws: CancellationError.self) { try abandon() }
    #expect(try Array(Data(contentsOf: target)) == [9])
    #expect(try folder.names == ["target"])
  }

  @Test func `what a killed process left is removed, what is being written stays`() throws {
    let old = Date(timeIntervalSinceNow: -60)
    func age(_ name: String) throws {
      try FileManager.default.setAttributes(
        [.modificationDate: old], ofItemAtPath: folder(name).path)
    }
    var file = try AtomicFile(target)
    try file.append([UInt8](repeating: 1, count: 3 << 20))
    let written = try #require(try folder.names.first)
    let others = ["own.0.partial", ".hidden", ".song.partial", ".a.XYZ.partial"]
    for name in [".left.0.partial", ".new.1.partial"] + others {
      try Data([1]).write(to: folder(name))
    }
    for name in [written, ".left.0.partial"] + others { try age(name) }
    AtomicFile.removeAbandoned(in: folder.url)
    #expect(try Set(folder.names) == Set([written, ".new.1.partial"] + others))
    try file.finish()
    #expect(try Data(contentsOf: target).count == 3 << 20)
  }

  @Test func `a folder has one owner at a time`() throws {
    let lock = try FolderLock(folder.url)
    #expect(throws: FileError.inUse(path: folder.url.path)) { _ = try FolderLock(folder.url) }
    _ = consume lock
    _ = try FolderLock(folder.url)
  }

  @Test func `a missing folder is an error that names the target`() {
    let url = folder("missing/file")
    #expect(
      throws: FileError.cannotWrite(path: url.path, reason: "No such file or directory")
    ) { try AtomicFile.write([1], to: url) }
  }

  @Test func `a target that is a folder is an error without a trace`() throws {
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
    #expect(throws: FileError.cannotWrite(path: target.path, reason: "Is a directory")) {
      try AtomicFile.write([1], to: target)
    }
    #expect(try folder.names == ["target"])
  }

  @Test func `a relative target is written to the current folder`() throws {
    let name = "codeclm-\(UUID().uuidString)"
    let url = URL(fileURLWithPath: name)
    defer { try? FileManager.default.removeItem(at: url) }
    try AtomicFile.write([5], to: url)
    #expect(try Array(Data(contentsOf: url)) == [5])
  }
}
