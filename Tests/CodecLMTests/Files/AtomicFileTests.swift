import CodecLM
import Foundation
import TestSupport
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
    let (left, new) = (".jpeglm-0123456789abcdef.partial", ".jpeglm-0000000000000001.partial")
    let others = [
      "own.0.partial", ".hidden", ".notes.2024.partial", ".jpeglm-notes.partial",
      ".jpeglm-0123456789ABCDEF.partial", ".jpeglm-2024.partial",
    ]
    for name in [left, new] + others { try Data([1]).write(to: folder(name)) }
    for name in [written, left] + others { try age(name) }
    AtomicFile.removeAbandoned(in: folder.url.path)
    #expect(try Set(folder.names) == Set([written, new] + others))
    try file.finish()
    #expect(try Data(contentsOf: target).count == 3 << 20)
  }

  @Test func `a name of 255 bytes is written`() throws {
    let name = String(repeating: "n", count: 251) + ".jpg"
    try AtomicFile.write([1], to: folder(name))
    #expect(try folder.names == [name])
  }

  @Test func `a new file replaces nothing, not even a link that leads nowhere`() throws {
    try AtomicFile.write([1], path: target.path, .bulkNew)
    let link = folder("link")
    try FileManager.default.createSymbolicLink(
      atPath: link.path, withDestinationPath: "nowhere")
    for taken in [target, link] {
      #expect(
        throws: FileError.cannotWrite(path: taken.path, reason: SystemFault(EEXIST, .writing))
      ) { try AtomicFile.write([2], path: taken.path, .bulkNew) }
    }
    #expect(try Array(Data(contentsOf: target)) == [1])
    #expect(try Set(folder.names) == ["target", "link"])
  }

  @Test func `a link to a descriptor is written through`() throws {
    try Data([9]).write(to: target)
    let file = try FileHandle(forWritingTo: target)
    try file.seekToEnd()
    let link = folder("link")
    try FileManager.default.createSymbolicLink(
      atPath: link.path, withDestinationPath: "/proc/self/fd/\(file.fileDescriptor)")
    try AtomicFile.write([1, 2], to: link)
    try AtomicFile.write([3], to: link)
    #expect(try Array(Data(contentsOf: target)) == [9, 1, 2, 3])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path).hasPrefix("/proc"))
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
      throws: FileError.cannotWrite(path: url.path, reason: SystemFault(ENOENT, .writing))
    ) { try AtomicFile.write([1], to: url) }
  }

  @Test func `a target that is a folder is an error without a trace`() throws {
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
    #expect(throws: FileError.cannotWrite(path: target.path, reason: SystemFault(EISDIR, .writing)))
    {
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
