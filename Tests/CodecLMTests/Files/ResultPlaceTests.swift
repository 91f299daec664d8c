import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct ResultPlaceTests {
  @Test func `a place that a file can have is accepted, and nothing is made`() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "old.html")
    for name in ["new.html", "old.html", "a/b/new.html"] {
      #expect(throws: Never.self) { try ResultPlace.check(file: folder(name).path, force: true) }
      if name != "old.html" {
        #expect(throws: Never.self) { try ResultPlace.check(folder: folder(name).path) }
      }
    }
    #expect(throws: Never.self) { try ResultPlace.check(file: "/dev/null", force: false) }
    #expect(throws: Never.self) { try ResultPlace.check(file: "/dev/stdout", force: false) }
    #expect(try folder.names == ["old.html"])
    let url = try ResultPlace.file(folder("a/b/new.html").path)
    try AtomicFile.write([1], to: url)
  }

  @Test func `a file is replaced only by its like or by force`() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2], to: "old")
    let path = folder("old").path
    let exists = FileError.cannotWrite(path: path, reason: PlaceFault.exists)
    #expect(throws: exists) { try ResultPlace.check(file: path, force: false) }
    #expect(throws: exists) {
      try ResultPlace.check(file: path, force: false) { $0 == [3] }
    }
    #expect(throws: Never.self) {
      try ResultPlace.check(file: path, force: false) { $0 == [1, 2] }
    }
    #expect(throws: Never.self) { try ResultPlace.check(file: path, force: true) }
  }

  @Test func `a place that no file can have is told before`() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "taken")
    try FileManager.default.createDirectory(
      at: folder("folder"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      at: folder("link"), withDestinationURL: folder("nowhere/at/all"))
    func error(_ name: String, _ fault: PlaceFault) -> FileError {
      .cannotWrite(path: folder(name).path, reason: fault)
    }
    #expect(throws: error("folder", .isFolder)) {
      try ResultPlace.check(file: folder("folder").path, force: true)
    }
    for path in ["taken/a.html", "taken/a/b.html"] {
      #expect(throws: error("taken", .isFile)) {
        try ResultPlace.check(file: folder(path).path, force: false)
      }
    }
    for (name, fault) in [("taken", PlaceFault.isFile), ("link", .danglingLink)] {
      #expect(throws: error(name, fault)) { try ResultPlace.check(folder: folder(name).path) }
    }
  }
}
