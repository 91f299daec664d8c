import CodecLM
import Testing

@Suite struct AVCGrammarTests {
  private static let streams = Result { try AVCStream.names.map { try AVCStream(named: $0) } }

  @Test func `every stream of the encoder is accepted and complete at its end only`() throws {
    for stream in try Self.streams.get() {
      var grammar = try stream.grammar()
      for (offset, byte) in stream.bytes.enumerated() {
        try #require(!grammar.isComplete)
        let allowed = grammar.allowedBytes
        try #require(allowed.contains(byte), "\(stream.name), byte \(offset)")
        #expect(grammar.forcedByte == (allowed.count == 1 ? byte : nil))
        let isAllowed = grammar.advance(byte)
        try #require(isAllowed)
      }
      #expect(grammar.isComplete)
      #expect(grammar.allowedBytes.isEmpty)
      #expect(grammar.completion().isEmpty)
    }
  }

  @Test func `a frame of nearly 2³² × 2³² macroblocks is refused`() throws {
    let stream = try #require(try Self.streams.get().first)
    let longest = String(repeating: "0", count: 31) + String(repeating: "1", count: 32)
    // seq_parameter_set_id to gaps_in_frame_num_value_allowed_flag, then both sides less one.
    var bits = ["1", "1", "011", "010", "0", longest, longest].joined()
    bits += String(repeating: "0", count: 8 - bits.count % 8)
    let digits = Array(bits)
    let fields = stride(from: 0, to: digits.count, by: 8).compactMap {
      UInt8(String(digits[$0..<$0 + 8]), radix: 2)
    }
    let side = 16 * (Int(UInt32.max))
    #expect(throws: CodecError.tooLarge(width: side, height: side, maximumPixels: 256 * 139_264)) {
      try AVCGrammar(
        header: [], sequenceParameterSet: [0x67, 66, 0xC0, 30] + fields,
        pictureParameterSet: stream.pictureParameterSet, frames: 1)
    }
    let set = stream.sequenceParameterSet
    for count in set.indices {
      #expect(throws: CodecError.self) {
        try AVCGrammar(
          header: [], sequenceParameterSet: Array(set[..<count]),
          pictureParameterSet: stream.pictureParameterSet, frames: 1)
      }
    }
  }

  @Test func `exactly the allowed bytes can be gone on by`() throws {
    for stream in try Self.streams.get() {
      var grammar = try stream.grammar()
      for byte in stream.bytes {
        if grammar.wholeFrames > 3 { break }
        let allowed = grammar.allowedBytes
        for other in UInt8.min...UInt8.max {
          var copy = grammar
          #expect(copy.advance(other) == allowed.contains(other))
        }
        _ = grammar.advance(byte)
      }
    }
  }

  @Test func `a walk ends, and from any of its places the completion ends it`() throws {
    var random = RandomStream(seed: 4)
    for stream in try Self.streams.get() {
      for number in 0..<6 {
        let walk = try stream.walk(frames: 4, isExtreme: number % 2 == 0, &random)
        for _ in 0..<12 {
          let cut = Int.random(in: 0..<walk.count, using: &random)
          var grammar = try stream.grammar(frames: 4)
          let isAccepted = grammar.advance(walk[..<cut])
          try #require(isAccepted)
          for count in 0...7 {
            var copy = grammar
            let prefix = BitPrefix(of: walk[cut], count: count)
            let end = copy.completion(beginning: prefix)
            #expect(prefix.bytes.contains(try #require(end.first)))
            let isCompleted = copy.advance(end)
            #expect(isCompleted && copy.isComplete)
          }
        }
      }
    }
  }

  @Test func `every allowed byte can be completed from each of its prefixes`() throws {
    // Noise, whose first frame has emulation prevention bytes.
    let stream = try AVCStream(named: "noise-16x16-10")
    var grammar = try stream.grammar()
    for (offset, byte) in stream.bytes.enumerated() {
      let allowed = grammar.allowedBytes
      let isNearZeros = offset > 1 && stream.bytes[offset - 2..<offset].allSatisfy { $0 == 0 }
      if isNearZeros || offset % 61 == 0 {
        for other in UInt8.min...UInt8.max where allowed.contains(other) {
          for count in 0...7 {
            var copy = grammar
            let end = copy.completion(beginning: BitPrefix(of: other, count: count))
            let isCompleted = copy.advance(end)
            #expect(isCompleted && copy.isComplete, "\(offset): \(other), \(count) bits")
          }
        }
      }
      _ = grammar.advance(byte)
    }
  }

  @Test func `a completion skips macroblocks`() throws {
    let stream = try AVCStream(named: "moving-32x32-37")
    let starts = try stream.grammar().layout(of: stream.bytes).frameStarts
    var grammar = try stream.grammar()
    _ = grammar.advance(stream.bytes[..<starts[10]])
    // A start code, the NAL unit's header, a slice header and mb_skip_run.
    #expect(grammar.completion().count <= 5 * 4 * 9)
  }

  @Test func `frames begin with start codes and macroblocks end in order`() throws {
    for stream in try Self.streams.get() {
      let grammar = try stream.grammar()
      let layout = try grammar.layout(of: stream.bytes)
      #expect(layout.unitEnds.count == grammar.unitCount)
      #expect(layout.unitEnds == layout.unitEnds.sorted())
      #expect(layout.frameStarts.count == stream.frames)
      #expect(layout.frameStarts.first == stream.header.count)
      for start in layout.frameStarts.dropFirst() {
        #expect(stream.bytes[start..<start + 4].elementsEqual([0, 0, 0, 1]))
      }
      for end in layout.unitEnds {
        // rbsp_stop_one_bit, then zeros up to a start code or the end.
        let byte = stream.bytes[end / 8] << UInt8(end % 8)
        #expect(byte == 0x80 || byte == 0 && end % 8 == 0)
      }
    }
  }

  @Test func `scene cuts are I frames, and IDR frames behind repeated parameter sets`() throws {
    let stream = try AVCStream(named: "cuts-16x16-24")
    let starts = try stream.grammar().layout(of: stream.bytes).frameStarts
    #expect(starts.dropFirst().contains { stream.bytes[$0 + 4] == 0x67 })
    // A slice of type 7 that is not of an IDR frame: 1 and 0001000.
    let intra = starts.dropFirst().filter {
      stream.bytes[$0 + 4] == 0x41 && stream.bytes[$0 + 5] == 0x88
    }
    #expect(!intra.isEmpty)
  }

  @Test func `the offset of a byte that is not allowed is told`() throws {
    let stream = try AVCStream(named: "moving-32x32-37")
    let grammar = try stream.grammar()
    var changed = stream.bytes
    changed[stream.header.count] = 7
    #expect(
      throws: CodecError.notCanonical(
        offset: stream.header.count, .byte)
    ) { try grammar.layout(of: changed) }
    let cut = Array(stream.bytes.dropLast())
    #expect(
      throws: CodecError.notCanonical(offset: cut.count, .end)
    ) { try grammar.layout(of: cut) }
    #expect(throws: CodecError.self) { try grammar.layout(of: stream.bytes + [0]) }
  }

  @Test func `a stream need not begin with a header`() throws {
    let stream = try AVCStream(named: "cuts-16x16-24")
    let grammar = try AVCGrammar(
      header: [], sequenceParameterSet: stream.sequenceParameterSet,
      pictureParameterSet: stream.pictureParameterSet, frames: stream.frames)
    let layout = try grammar.layout(of: Array(stream.bytes[stream.header.count...]))
    #expect(layout.frameStarts.first == 0)
  }

  @Test func `parameter sets of other streams are refused`() throws {
    let stream = try AVCStream(named: "moving-32x32-37")
    func grammar(_ sequence: [UInt8], _ picture: [UInt8], frames: Int = 1) throws {
      _ = try AVCGrammar(
        header: [], sequenceParameterSet: sequence, pictureParameterSet: picture, frames: frames)
    }
    let (sequence, picture) = (stream.sequenceParameterSet, stream.pictureParameterSet)
    var main = sequence
    main[1] = 77
    #expect(throws: CodecError.unsupported("H.264 with a profile other than baseline")) {
      try grammar(main, picture)
    }
    // Behind two numbers of one bit each.
    var arithmetic = picture
    arithmetic[1] |= 0x20
    #expect(throws: CodecError.unsupported("H.264 with CABAC")) {
      try grammar(sequence, arithmetic)
    }
    #expect(throws: CodecError.wrongFormat(expected: "H.264 sequence parameter set")) {
      try grammar(picture, picture)
    }
    #expect(throws: CodecError.wrongFormat(expected: "H.264 picture parameter set")) {
      try grammar(sequence, [])
    }
    for count in 1..<sequence.count {
      #expect(throws: CodecError.self) { try grammar(Array(sequence[..<count]), picture) }
    }
    #expect(throws: CodecError.invalidProfile("0 frames")) {
      try grammar(sequence, picture, frames: 0)
    }
  }
}
