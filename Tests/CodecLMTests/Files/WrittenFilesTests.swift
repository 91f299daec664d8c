import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct WrittenFilesTests {
  private let folder: TemporaryFolder
  private let names = [
    "a.jpg", "new\nline\\.jpg", "sub/cafe\u{301}.jpg", String(fileName: [0xE9, 0x2E]),
  ]

  init() throws {
    folder = try TemporaryFolder()
    try Folders.make(folder("sub"))
  }

  /// By marks where the file system here keeps them, and by the list.
  @Test(arguments: [nil, false] as [Bool?])
  func `what a command wrote is known until it is changed`(marking: Bool?) throws {
    let path = folder.url.path
    var written = try WrittenFiles(in: path, marking: marking)
    let files = names.map { (name: $0, bytes: Array($0.utf8)) }
    let marks = try written.add(files, by: "sample", isDerived: true)
    for (file, mark) in zip(files, marks) {
      try AtomicFile.write(
        file.bytes, path: "\(path)/\(file.name)", .bulkNew, mark: marking == nil ? mark : nil)
    }
    let again = try WrittenFiles(in: path, marking: marking)
    for name in names {
      #expect(again.has(name, by: "sample") && !again.has(name, by: "score"))
    }
    #expect(!again.has("b.jpg", by: "sample"))
    let images = try MediaFolder(folder.url)
    #expect(images.files.count == 3, "a folder with nothing else is meant by who names it")
    try AtomicFile.write([1], path: "\(path)/own.jpg")
    #expect(try MediaFolder(folder.url).files.map(\.path) == ["own.jpg"])
    try FileHandle(forWritingTo: folder("a.jpg")).write(contentsOf: Data([1]))
    #expect(!again.has("a.jpg", by: "sample"))
    #expect(try MediaFolder(folder.url).files.map(\.path) == ["a.jpg", "own.jpg"])
  }

  @Test func `another's file of the list's name is left alone`() throws {
    try folder.write(Array("my own notes".utf8), to: WrittenFiles.listName)
    #expect(
      throws: FileError.malformed(
        path: folder(WrittenFiles.listName).path, reason: PlaceFault.foreignList)
    ) { try WrittenFiles(in: folder.url.path) }
  }
}
