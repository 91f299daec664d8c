import CodecLM
import Foundation
import TestSupport
import Testing

/// The grammar against libjpeg and against the inspection: a little of it each time, and at length with
/// `Scripts/check-grammar`, which names in `CODECLM_CHECKS` a folder for the files and the report and
/// in `CODECLM_PICTURES` one with JPEG files to begin from.
@Suite struct GrammarCheckTests {
  private static let folder = ProcessInfo.processInfo.environment["CODECLM_CHECKS"]
    .map { URL(fileURLWithPath: $0) }

  private static let walks: [JPEGProfile] = {
    let sizes = folder == nil ? [8, 33] : [8, 32, 33, 64, 250, 256]
    return JPEGProfile.Subsampling.allCases.flatMap { subsampling in
      sizes.flatMap { size -> [JPEGProfile] in
        let row = JPEGProfile(size: size, subsampling: subsampling, stream: .scan).mcuColumns
        return [0, 1, row].flatMap { restart in
          JPEGProfile.Stream.allCases.map { stream in
            CodecFixtures.profile(size, subsampling, restart: restart, stream)
          }
        }
      }
    }
  }()

  /// A byte of a set, each as likely as the other.
  private func draw(_ allowed: ByteSet, _ random: inout RandomStream) -> UInt8 {
    if let byte = allowed.first, allowed.count == 1 { return byte }
    while true {
      let byte = UInt8.random(in: 0...255, using: &random)
      if allowed.contains(byte) { return byte }
    }
  }

  @Test func `any walk through the grammar is a file of the right size`() throws {
    var sound = 0
    let seeds = Self.folder == nil ? 1 : 5
    for (number, profile) in Self.walks.enumerated() {
      let codec = try JPEGCodec(profile)
      for seed in 0..<seeds {
        var random = RandomStream(seed: UInt64(seed), stream: UInt64(number))
        var grammar = codec.makeGrammar()
        var stream: [UInt8] = []
        while !grammar.isComplete {
          let byte = draw(grammar.allowedBytes, &random)
          stream.append(byte)
          let isAllowed = grammar.advance(byte)
          try #require(isAllowed)
        }
        let picture = try codec.decode(stream)
        #expect((picture.width, picture.height) == (profile.width, profile.height))
        try codec.check(stream)
        sound += 1
        if let folder = Self.folder {
          let size = "\(profile.width)x\(profile.height)"
          let file = folder.appendingPathComponent("\(size)-\(number)-\(seed).jpg")
          try Data(codec.file(from: stream)).write(to: file)
        }
      }
    }
    try report("walks", "\(sound) of \(Self.walks.count * seeds) walks decode")
  }

  @Test(.enabled(if: folder != nil, "a measurement"))
  func `the grammar takes less than three microseconds a byte`() throws {
    let codec = try JPEGCodec(CodecFixtures.profile(64, .yCbCr420, restart: 0, .scan))
    let streams = try pictures().map { try codec.canonicalBytes(of: $0) }
    let bytes = streams.reduce(0) { $0 + $1.count }
    // The first round also fills the table.
    let rounds = try (0..<3).map { _ in
      try ContinuousClock().measure {
        for stream in streams {
          var grammar = codec.makeGrammar()
          for byte in stream {
            let isAllowed = grammar.allowedBytes.contains(byte) && grammar.advance(byte)
            try #require(isAllowed)
          }
        }
      } / .nanoseconds(1) / Double(bytes)
    }
    #expect(rounds[2] < 3_000)
    let texts = rounds.map { String(Int($0)) }
    try report("speed", "\(bytes) bytes, thrice: \(texts.joined(separator: ", ")) ns a byte")
  }

  /// What libjpeg overlooks and the grammar does not: a reason for each disagreement.
  private enum Reason: String, CaseIterable {
    case runPastBlock = "a run past coefficient 63"
    case zeroRunAtEnd = "ZRL and no coefficient after it"
    case padding = "padding that is not ones"
    case bytesLeft = "bytes left after the MCUs of an interval"
    case fill = "0xFF repeated before a marker or a stuffed 0x00"
    case behindEnd = "bytes after EOI"
    case noEnd = "no EOI, with nothing else missing"
    case segment = "a marker segment before EOI or a change in the headers"
    case other = "anything else"
  }

  private func reason(_ file: [UInt8], _ codec: JPEGCodec, header: [UInt8]) -> Reason {
    guard file.starts(with: header), let inspection = try? JPEGInspection(file) else {
      return .segment
    }
    if let fault = inspection.fault {
      if fault.reason == Reason.runPastBlock.rawValue { return .runPastBlock }
      if fault.reason.hasPrefix("RES inside") { return .fill }
      if fault.reason.hasPrefix("the file ends") { return .noEnd }
      if fault.reason.hasPrefix("no marker") || fault.reason.hasPrefix("RST") {
        return .bytesLeft
      }
      return .other
    }
    if inspection.trailingBytes > 0 { return .behindEnd }
    if inspection.segments.last?.offset != file.count - 2 { return .other }
    let end = inspection.scans.map { $0.offset + $0.bytes }.last
    if inspection.segments.last?.offset != end || inspection.scans[0].fillBytes > 0 {
      return inspection.segments.count > segmentCount(codec) ? .segment : .fill
    }
    if inspection.scans[0].paddingZeros > 0 { return .padding }
    return hasZeroRunAtEnd(file, inspection.scans[0].mcuCount) ? .zeroRunAtEnd : .other
  }

  private func segmentCount(_ codec: JPEGCodec) -> Int {
    let restart = codec.profile.restartInterval > 0 ? 1 : 0
    return (codec.profile.isGrayscale ? 8 : 11) + restart
  }

  private func hasZeroRunAtEnd(_ file: [UInt8], _ mcus: Int) -> Bool {
    (0..<mcus).contains { mcu in
      let units = (try? JPEGInspection(file, mcu: mcu))?.dataUnits ?? []
      return units.contains { unit in
        zip(unit.codes, unit.codes.dropFirst()).contains {
          $0.kind == .zeroRun && $1.kind == .endOfBlock
        }
      }
    }
  }

  private func pictures() throws -> [PixelImage] {
    guard let path = ProcessInfo.processInfo.environment["CODECLM_PICTURES"] else {
      return (1...4).map { CodecFixtures.pattern(40 + $0, 37, channels: 3) }
    }
    let folder = try MediaFolder(path)
    let step = max(1, folder.files.count / 100)
    return try stride(from: 0, to: folder.files.count, by: step).map { index in
      let url = URL(fileURLWithPath: folder.path(of: folder.files[index]))
      return try PixelImage(jpegFile: [UInt8](try Data(contentsOf: url)))
    }
  }

  private static let mutated = [
    CodecFixtures.profile(40, .yCbCr420, restart: 0, .full),
    CodecFixtures.profile(40, .yCbCr420, restart: 1, .full),
    CodecFixtures.profile(32, .yCbCr422, restart: 2, .full),
    CodecFixtures.profile(33, .yCbCr444, restart: 0, .full),
    CodecFixtures.profile(28, .grayscale, restart: 0, .full),
    CodecFixtures.profile(28, .grayscale, restart: 4, .full),
  ]

  @Test func `what the grammar accepts of damaged streams libjpeg finds clean`() throws {
    let codecs = try Self.mutated.map { try JPEGCodec($0) }
    let streams = try pictures().map { picture in
      try codecs.map { try $0.canonicalBytes(of: picture) }
    }
    let total = Self.folder == nil ? 2_000 : 100_000
    var (accepted, clean, unchanged) = (0, 0, 0)
    var reasons: [Reason: Int] = [:]
    var random = RandomStream(seed: 21)
    for number in 0..<total {
      let codec = codecs[number % codecs.count]
      let stream = streams[number / codecs.count % streams.count][number % codecs.count]
      let data = try JPEGInspection(stream).scans[0].offset
      let changed = Mutation.apply(1...3, to: stream, in: data..<stream.count, &random)
      var grammar = codec.makeGrammar()
      let isAccepted = grammar.advance(changed) && grammar.isComplete
      let isClean = (try? PixelImage(jpegFile: changed)) != nil
      if changed == stream { unchanged += 1 }
      if isAccepted { accepted += 1 }
      if isClean { clean += 1 }
      #expect(!isAccepted || isClean, "mutation \(number)")
      #expect(!isAccepted || (try? codec.check(changed)) != nil, "mutation \(number)")
      if isClean, !isAccepted {
        let reason = reason(changed, codec, header: Array(stream[..<data]))
        reasons[reason, default: 0] += 1
        #expect(reason != .other, "mutation \(number)")
      }
    }
    let lines = reasons.sorted { $0.value > $1.value }.map { "  \($0.value) \($0.key.rawValue)" }
    let head =
      "\(total) mutations, \(unchanged) of them without effect: the grammar accepts "
      + "\(accepted), libjpeg finds \(clean) clean; of these the grammar refuses, for"
    try report("mutations", ([head] + lines).joined(separator: "\n"))
  }

  private func report(_ name: String, _ text: String) throws {
    guard let folder = Self.folder else { return }
    try Data((text + "\n").utf8).write(to: folder.appendingPathComponent("\(name).txt"))
  }
}
