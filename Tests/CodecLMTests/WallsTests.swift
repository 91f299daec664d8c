import Foundation
import Testing

/// A module cannot stop its own folders from naming each other; this can.
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

  @Test func `unsafe stands only in the numerics layer and the faces of C libraries`() throws {
    for source in try sources("Sources/CodecLM") + sources("Sources/jpeglm")
    where !source.path.contains("/Numerics/") && !Self.faces.contains(where: source.path.hasSuffix)
    {
      #expect(!contains(source.text, word: "unsafe"), "\(source.path)")
    }
  }

  @Test func `a C module is imported by its face only`() throws {
    for source in try sources("Sources/CodecLM") + sources("Sources/jpeglm") {
      let mayUseKernels = source.path.contains("/Numerics/")
      let mayUseJPEG = source.path.hasSuffix("/LibJPEG.swift")
      #expect(mayUseKernels || !source.text.contains("import CKernels"), "\(source.path)")
      #expect(mayUseKernels || !source.text.contains("import COpenBLAS"), "\(source.path)")
      #expect(mayUseJPEG || !source.text.contains("import CJPEG"), "\(source.path)")
      let mayUseFFmpeg = source.path.hasSuffix("/FFmpeg.swift")
      #expect(mayUseFFmpeg || !source.text.contains("import CAVC"), "\(source.path)")
    }
  }

  @Test(arguments: ["Numerics", "Llama", "Training"])
  func `what computes knows nothing of JPEG`(folder: String) throws {
    for source in try sources("Sources/CodecLM/\(folder)") {
      #expect(!source.text.contains("JPEG"), "\(source.path)")
    }
  }

  @Test(arguments: ["Numerics", "Codec", "Tokenizer"])
  func `what stands below the model knows nothing of it`(folder: String) throws {
    for source in try sources("Sources/CodecLM/\(folder)") {
      #expect(!source.text.contains("Llama"), "\(source.path)")
    }
  }

  @Test func `results are printed by one function, which tells when they cannot be written`() throws
  {
    let words = ["print\\(", "FileHandle\\.standardOutput", "fputs\\(", "puts\\("]
    for source in try sources("Sources/jpeglm") + sources("Sources/CodecLM") {
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
