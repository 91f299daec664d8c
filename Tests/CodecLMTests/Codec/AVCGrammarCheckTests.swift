import CodecLM
import Foundation
import TestSupport
import Testing

private let checks = ProcessInfo.processInfo.environment["CODECLM_AVC_CHECKS"]
  .map { URL(fileURLWithPath: $0) }

/// The grammar of H.264 streams at length, with `Scripts/checks/avc-grammar`: it names in
/// `CODECLM_AVC_CHECKS` a folder of streams, from which this makes others for ffmpeg to decode.
@Suite(.enabled(if: checks != nil, "a long check"))
struct AVCGrammarCheckTests {
  private func streams() throws -> [AVCStream] {
    let folder = try #require(checks).appendingPathComponent("clips")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      try AVCStream($0, [UInt8](Data(contentsOf: folder.appendingPathComponent($0))))
    }
  }

  /// Writes a stream for ffmpeg to decode; its name ends with its number of frames.
  private func write(
    _ bytes: [UInt8], _ kind: String, _ stream: AVCStream, _ number: Int, _ frames: Int
  )
    throws
  {
    let folder = try #require(checks).appendingPathComponent(kind)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let name = "\(stream.name)-\(number)-\(frames).h264"
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  private func report(_ line: String) throws {
    let file = try #require(checks).appendingPathComponent("report.txt")
    let before = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    try Data((before + line + "\n").utf8).write(to: file)
  }

  @Test func `every clip is accepted to its last byte`() throws {
    let streams = try streams()
    var (bytes, time) = (0, Duration.zero)
    for stream in streams {
      let grammar = try stream.grammar()
      time += try ContinuousClock().measure {
        let layout = try grammar.layout(of: stream.bytes)
        #expect(layout.unitEnds.count == grammar.unitCount, "\(stream.name)")
      }
      bytes += stream.bytes.count
    }
    let speed = Int(time / .nanoseconds(1) / Double(bytes))
    try report("\(streams.count) clips of \(bytes) bytes accepted, \(speed) ns a byte")
  }

  @Test func `walks, completions and accepted mutations are written for ffmpeg`() throws {
    let streams = try streams().filter { $0.bytes.count < 60_000 }
    var random = RandomStream(seed: 1)
    var (mutations, accepted) = (0, 0)
    for (index, stream) in streams.enumerated() {
      for number in 0..<4 where index < 100 {
        let walk = try stream.walk(frames: 5, isExtreme: number > 1, &random)
        try write(walk, "walks", stream, number, 5)
      }
      for number in 0..<2 {
        let end = stream.bytes.count
        let cut = Int.random(in: stream.header.count..<end, using: &random)
        var grammar = try stream.grammar()
        let isAccepted = grammar.advance(stream.bytes[..<cut])
        try #require(isAccepted)
        let bytes = stream.bytes[..<cut] + grammar.completion()
        try write(Array(bytes), "completions", stream, number, stream.frames)
      }
      for number in 0..<100 {
        let data = stream.header.count..<stream.bytes.count
        let changed = Mutation.apply(1...3, to: stream.bytes, in: data, &random)
        guard changed != stream.bytes else { continue }
        mutations += 1
        var grammar = try stream.grammar()
        guard grammar.advance(changed), grammar.isComplete else { continue }
        accepted += 1
        if accepted % 4 == 0 { try write(changed, "mutations", stream, number, stream.frames) }
      }
    }
    try report("\(accepted) of \(mutations) mutations accepted, every fourth written")
  }
}
