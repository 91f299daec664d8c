import CodecLM
import Foundation
import TestSupport
import Testing

struct MediaFolderTests {
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
    let files = try MediaFolder(folder.url).files
    #expect(
      files.map(\.path) == images.sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) })
    #expect(files.allSatisfy { $0.size == 2 })
  }

  @Test func `size and time of a file are those of the system`() throws {
    try folder.write([1, 2, 3], to: "a.jpg")
    let date = Date(timeIntervalSince1970: 1_234_567_890)
    try FileManager.default.setAttributes(
      [.modificationDate: date], ofItemAtPath: folder("a.jpg").path)
    let file = try #require(try MediaFolder(folder.url.path).files.first)
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
    let images = try MediaFolder(folder("in"))
    #expect(images.files.map(\.path) == ["a.jpg", "link.jpg", "sub/b.jpg"])
    #expect(images.unreadable.map(\.path) == ["broken.jpg", "self.jpg"])
  }

  @Test func `folders that all lead to each other hold each file once`() throws {
    for index in 0..<12 {
      try folder.write([1], to: "in/\(index)/a.jpg")
      for other in 0..<12 where other != index {
        try FileManager.default.createSymbolicLink(
          atPath: folder("in/\(index)/to\(other)").path, withDestinationPath: "../\(other)")
      }
    }
    let paths = try MediaFolder(folder("in")).files.map(\.path)
    #expect(Set(paths) == Set((0..<12).map { "\($0)/a.jpg" }) && paths.count == 12)
  }

  @Test func `a second name of a file does not count`() throws {
    try folder.write([1], to: "in/z.jpg")
    try FileManager.default.linkItem(at: folder("in/z.jpg"), to: folder("in/b.jpg"))
    try FileManager.default.createSymbolicLink(
      atPath: folder("in/a.jpg").path, withDestinationPath: "z.jpg")
    #expect(try MediaFolder(folder("in")).files.map(\.path) == ["b.jpg"])
  }

  @Test func `names that are not UTF-8 come back to the byte`() throws {
    let names: [[UInt8]] = [
      Array("caf\u{E9}.jpg".utf8), Array("cafe\u{301}.jpg".utf8),
      [0x63, 0xE9, 0x2E, 0x6A, 0x70, 0x67],
      [0xFF, 0x80] + Array(".jpg".utf8), Array("\u{10FEE9}\u{10FDFF}.jpg".utf8),
    ]
    for name in names {
      let text = String(fileName: name)
      #expect(text.fileNameBytes == name)
      try AtomicFile.write(name, path: "\(folder.url.path)/\(text)")
    }
    let images = try MediaFolder(folder.url)
    #expect(
      Set(images.files.map(\.path.fileNameBytes)) == Set(names) && images.files.count == names.count
    )
    for file in images.files {
      #expect(try FileBytes.read(images.path(of: file)) == file.path.fileNameBytes)
    }
  }

  @Test func `runs, what is excluded and what was made from pictures are no pictures`() throws {
    for path in [
      "a.jpg", "run/codec.json", "run/samples/step-000000.jpg", "new/images.tokens", "new/x.jpg",
      "new/samples/y.jpg", "out/b.jpg", "small/a.jpg", "small/own.jpg", "drawn/d.jpg",
    ] { try folder.write([1], to: path) }
    var small = try WrittenFiles(in: folder("small").path, marking: false)
    _ = try small.add([("a.jpg", [1])], by: "canonicalize", isDerived: true)
    var drawn = try WrittenFiles(in: folder("drawn").path, marking: false)
    _ = try drawn.add([("d.jpg", [1])], by: "draw-digits", isDerived: false)
    let images = try MediaFolder(folder.url, excluding: [folder("out")])
    #expect(images.files.map(\.path) == ["a.jpg", "drawn/d.jpg", "new/x.jpg", "small/own.jpg"])
    #expect(images.leftOut.map(\.path) == ["new/samples", "run/samples", "small/a.jpg"])
    // Who names a folder that holds nothing else means that.
    try FileManager.default.removeItem(at: folder("small/own.jpg"))
    #expect(try MediaFolder(folder("small")).files.map(\.path) == ["a.jpg"])
    // A run in the folder of pictures itself.
    try folder.write([1], to: "codec.json")
    try folder.write([1], to: "samples/step-000000.jpg")
    #expect(try MediaFolder(folder.url).leftOut.map(\.path).contains("samples"))
  }

  @Test func `names that join the slash behind them are as good as others`() throws {
    for name in ["a/1.jpg", "a\u{0600}/1.jpg", "a\u{0600}/b\u{0600}/2.jpg"] {
      try folder.write([1], to: name)
    }
    let images = try MediaFolder(folder.url)
    #expect(images.files.count == 3 && images.unreadable.isEmpty)
    for file in images.files { #expect(try FileBytes.read(images.path(of: file)) == [1]) }
  }

  @Test func `what is no file and has a picture's name is named`() throws {
    try folder.write([1], to: "a.jpg")
    let made = unsafe mkfifo(folder("pipe.jpg").path, 0o600)
    #expect(made == 0)
    let pipe = SkippedFile(path: "pipe.jpg", reason: "not a regular file")
    #expect(try MediaFolder(folder.url).unreadable == [pipe])
  }

  @Test func `a folder that cannot be used says why`() throws {
    try folder.write([1], to: "x.txt")
    let missing = folder("missing").path
    #expect(throws: MediaFolderError.missing(path: missing)) { try MediaFolder(missing) }
    let file = folder("x.txt").path
    #expect(throws: MediaFolderError.notAFolder(path: file)) { try MediaFolder(file) }
    #expect(throws: MediaFolderError.noFiles(.images, path: folder.url.path)) {
      try MediaFolder(folder.url)
    }
  }
}
