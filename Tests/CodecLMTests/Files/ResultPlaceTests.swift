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
    #expect(throws: FileError.self) { try ResultPlace.check(file: path, force: false) }
    #expect(throws: FileError.self) {
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
    func reason(_ check: () throws -> Void) -> String {
      do {
        try check()
        return "none"
      } catch { return "\(error)" }
    }
    #expect(
      reason { try ResultPlace.check(file: folder("folder").path, force: true) }.contains(
        "name a file"))
    for path in ["taken/a.html", "taken/a/b.html"] {
      #expect(
        reason { try ResultPlace.check(file: folder(path).path, force: false) }.contains(
          "not a folder"))
    }
    #expect(reason { try ResultPlace.check(folder: folder("taken").path) }.contains("not a folder"))
    #expect(reason { try ResultPlace.check(folder: folder("link").path) }.contains("nowhere"))
  }
}
