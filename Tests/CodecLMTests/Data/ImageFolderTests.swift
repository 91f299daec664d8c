import CodecLM
import Foundation
import Testing

struct ImageFolderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func `JPEG names in any case are listed in byte order`() throws {
    let images = [
      "a/é.jpg", "a/z.JPEG", "a.jpg", "B.Jpe", "b/c/d.jfif", "a-.jpg", "ä.jpg", "a/b.c.jpg",
    ]
    for path in images { try folder.write([1, 2], to: path) }
    for path in ["x.png", "jpg", "x.jpgx", "x.jp", ".hidden.jpg", ".hidden/x.jpg", "x.j\u{10}g"] {
      try folder.write([1], to: path)
    }
    let files = try ImageFolder(folder.url).files
    #expect(
      files.map(\.path) == images.sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) })
    #expect(files.allSatisfy { $0.size == 2 })
  }

  @Test func `size and time of a file are those of the system`() throws {
    try folder.write([1, 2, 3], to: "a.jpg")
    let date = Date(timeIntervalSince1970: 1_234_567_890)
    try FileManager.default.setAttributes(
      [.modificationDate: date], ofItemAtPath: folder("a.jpg").path)
    let file = try #require(try ImageFolder(folder.url.path).files.first)
    #expect(file.size == 3)
    #expect(file.modified == 1_234_567_890_000_000_000)
  }

  @Test func `links are followed but not in circles`() throws {
    try folder.write([1], to: "outside/x.jpg")
    try folder.write([1], to: "in/a.jpg")
    try folder.write([1], to: "in/sub/b.jpg")
    let links = [
      ("in/link.jpg", "../outside/x.jpg"), ("in/other", "../outside"), ("in/sub/up", ".."),
      ("in/broken.jpg", "nowhere"), ("in/self.jpg", "self.jpg"),
    ]
    for (path, destination) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder(path).path, withDestinationPath: destination)
    }
    let paths = try ImageFolder(folder("in")).files.map(\.path)
    #expect(paths == ["a.jpg", "link.jpg", "other/x.jpg", "sub/b.jpg"])
  }

  @Test func `a folder that cannot be used says why`() throws {
    try folder.write([1], to: "x.txt")
    let missing = folder("missing").path
    #expect(throws: ImageFolderError.missing(path: missing)) { try ImageFolder(missing) }
    let file = folder("x.txt").path
    #expect(throws: ImageFolderError.notAFolder(path: file)) { try ImageFolder(file) }
    #expect(throws: ImageFolderError.noFiles(.images, path: folder.url.path)) {
      try ImageFolder(folder.url)
    }
  }
}
