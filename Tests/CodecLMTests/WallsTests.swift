import Foundation
import Testing

/// What no source may do, whatever its room.
@Suite struct WallsTests {
  private struct Source {
    let path: String
    let text: String
    var lines: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count }
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func sources(_ folder: String) throws -> [Source] {
    let base = Self.root.appendingPathComponent(folder)
    let names = try #require(FileManager.default.enumerator(atPath: base.path))
      .compactMap { $0 as? String }
      .filter { ["swift", "c", "h"].contains(($0 as NSString).pathExtension) }
    #expect(!names.isEmpty)
    return try names.map {
      Source(
        path: "\(folder)/\($0)",
        text: try String(contentsOf: base.appendingPathComponent($0), encoding: .utf8))
    }
  }

  private func contains(_ text: String, word: String) -> Bool {
    text.range(of: "\\b\(word)\\b", options: .regularExpression) != nil
  }

  /// The files that call a library of pictures or videos.
  private static let faces = ["/LibJPEG.swift", "/FFmpeg.swift"]

  private static let swift = ["Sources/CodecLM", "Sources/CodecLMEvaluation", "Sources/jpeglm"]

  /// The rooms that call the system and hold memory.
  private static let unsafeRooms = ["/Numerics/", "/Files/", "/TensorFiles/"]

  @Test(arguments: swift)
  func `unsafe stands only where memory is held and in the faces of C libraries`(
    folder: String
  ) throws {
    for source in try sources(folder)
    where !Self.unsafeRooms.contains(where: source.path.contains)
      && !Self.faces.contains(where: source.path.hasSuffix)
    {
      #expect(!contains(source.text, word: "unsafe"), "\(source.path)")
    }
  }

  @Test(arguments: swift)
  func `a C module is imported by its face only`(folder: String) throws {
    let faces = [
      "CKernels": "/Numerics/", "COpenBLAS": "/Numerics/", "CFiles": "/Files/",
      "CZlib": "/Files/", "CJPEG": "/LibJPEG.swift", "CAVC": "/FFmpeg.swift",
    ]
    for source in try sources(folder) {
      for (module, face) in faces where !source.path.contains(face) {
        #expect(!source.text.contains("import \(module)\n"), "\(source.path)")
      }
    }
  }

  @Test(arguments: ["Numerics", "Files", "TensorFiles", "Llama", "Training"])
  func `what computes knows nothing of JPEG`(folder: String) throws {
    for source in try sources("Sources/CodecLM/\(folder)") {
      #expect(!source.text.contains("JPEG"), "\(source.path)")
    }
  }

  @Test func `results are printed by one function, which tells when they cannot be written`() throws
  {
    let words = ["print\\(", "FileHandle\\.standardOutput", "fputs\\(", "puts\\("]
    for source in try Self.swift.flatMap(sources) {
      let lines = source.text.split(separator: "\n").filter { line in
        !line.drop { $0 == " " }.hasPrefix("//")
          && words.contains { line.range(of: "\\b\($0)", options: .regularExpression) != nil }
      }
      #expect(lines.isEmpty, "\(source.path)")
    }
  }

  @Test func `no file passes 400 lines`() throws {
    for source in try sources("Sources") + sources("Tests") {
      #expect(source.lines <= 400, "\(source.path) has \(source.lines)")
    }
  }

  @Test func `the manifest has no unsafe flags`() throws {
    let manifest = try String(
      contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    #expect(!manifest.contains("unsafeFlags"))
  }
}
