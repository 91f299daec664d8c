/// What slices depend on in a sequence and a picture parameter set (7.3.2.1, 7.3.2.2).
struct AVCParameters: Sendable {
  /// Macroblocks in a row and in a column of a frame.
  let columns: Int
  let rows: Int
  /// Bits of frame_num.
  let frameNumberBits: Int
  /// Most reference frames.
  let referenceFrames: Int
  /// num_ref_idx_l0_default_active_minus1 + 1.
  let defaultReferences: Int
  /// A component of a motion vector is less than 2 to this power, in quarters of a sample (E.2.1).
  let motionBits: (horizontal: Int, vertical: Int)
  /// 26 + pic_init_qp_minus26, the quantizer of P slices.
  let predictedQP: Int
  /// chroma_qp_index_offset.
  let chromaOffset: Int
  /// What the frame's edges lose: frame_crop_left_offset, right, top and bottom, in pairs of samples.
  let cropping: [Int]
  /// num_units_in_tick and time_scale, half as many ticks a second as fields; empty if they are not there.
  let timing: [Int]

  /// The quantizer of I slices: x264's ip_ratio of 1.4 is not quite three steps.
  var intraQP: Int { max(0, predictedQP - 3) }
  /// Macroblocks of a frame.
  var macroblocks: Int { columns * rows }

  /// The parameters of two NAL units without start codes.
  ///
  /// - Throws: ``CodecError/wrongFormat(expected:)``, ``CodecError/corrupt(_:)``, and
  ///   ``CodecError/unsupported(_:)`` for what x264 does not write in the baseline profile with one
  ///   macroblock a slice.
  init(sequence: [UInt8], picture: [UInt8]) throws(CodecError) {
    guard sequence.first.map({ $0 & 0x1F }) == 7 else {
      throw .wrongFormat(expected: "H.264 sequence parameter set")
    }
    guard picture.first.map({ $0 & 0x1F }) == 8 else {
      throw .wrongFormat(expected: "H.264 picture parameter set")
    }
    let set = try SequenceParameterSet(sequence)
    columns = set.columns
    rows = set.rows
    frameNumberBits = set.frameNumberBits
    referenceFrames = set.referenceFrames
    motionBits = set.motionBits
    cropping = set.cropping
    timing = set.timing

    var reader = AVCBitReader(nalUnit: picture)
    try reader.require("more than one parameter set", reader.exponential() == 0)
    try reader.require("more than one parameter set", reader.exponential() == 0)
    try reader.require("CABAC", reader.bits(1) == 0)
    try reader.require("field coding", reader.bits(1) == 0)
    try reader.require("slice groups", reader.exponential() == 0)
    defaultReferences = try reader.exponential() + 1
    _ = try reader.exponential()
    try reader.require("weighted prediction", reader.bits(3) == 0)
    let quantizer = try 26 + reader.signed()
    predictedQP = quantizer
    try reader.require("a quantizer of \(quantizer)", (0...51).contains(quantizer))
    try reader.require("a quantizer for SP slices", reader.signed() == 0)
    chromaOffset = try reader.signed()
    try reader.require("slices without deblocking fields", reader.bits(1) == 1)
    try reader.require("constrained intra prediction", reader.bits(1) == 0)
    try reader.require("redundant pictures", reader.bits(1) == 0)
    try reader.requireEnd()
    let most = referenceFrames
    try reader.require("\(most) reference frames", (1...16).contains(most))
    try reader.require("more references than frames", defaultReferences <= most)
  }
}

/// The fields of a sequence parameter set (7.3.2.1.1, E.1.1).
private struct SequenceParameterSet {
  let columns: Int
  let rows: Int
  let frameNumberBits: Int
  let referenceFrames: Int
  let cropping: [Int]
  let timing: [Int]
  let motionBits: (horizontal: Int, vertical: Int)

  init(_ nalUnit: [UInt8]) throws(CodecError) {
    var reader = AVCBitReader(nalUnit: nalUnit)
    try reader.require("a profile other than baseline", reader.bits(8) == 66)
    // The constraint flags and level_idc.
    _ = try reader.bits(16)
    try reader.require("more than one parameter set", reader.exponential() == 0)
    let frameNumberBits = try 4 + reader.exponential()
    self.frameNumberBits = frameNumberBits
    try reader.require("frame numbers of \(frameNumberBits) bits", frameNumberBits <= 16)
    try reader.require("a picture order other than that of decoding", reader.exponential() == 2)
    referenceFrames = try reader.exponential()
    try reader.require("gaps in frame numbers", reader.bits(1) == 0)
    let (columns, rows) = (try reader.exponential() + 1, try reader.exponential() + 1)
    (self.columns, self.rows) = (columns, rows)
    // The largest frame of any level (Table A-1).
    let most = 139_264
    guard columns <= most, rows <= most, columns * rows <= most else {
      throw .tooLarge(width: 16 * columns, height: 16 * rows, maximumPixels: 256 * most)
    }
    try reader.require("field coding", reader.bits(1) == 1)
    // direct_8x8_inference_flag
    _ = try reader.bits(1)
    var cropping = [0, 0, 0, 0]
    if try reader.bits(1) == 1 {
      for edge in cropping.indices { cropping[edge] = try reader.exponential() }
    }
    self.cropping = cropping
    try reader.require("a sequence without usability information", reader.bits(1) == 1)
    try reader.skipDescription()
    timing = try reader.timing()
    motionBits = try reader.motionBits()
    try reader.requireEnd()
  }
}

extension AVCBitReader {
  /// Reads usability information (E.1.1) up to the places of chroma samples.
  fileprivate mutating func skipDescription() throws(CodecError) {
    let extendedAspectRatio = 255
    if try bits(1) == 1, try bits(8) == extendedAspectRatio { _ = try bits(32) }
    // overscan_appropriate_flag
    if try bits(1) == 1 { _ = try bits(1) }
    if try bits(1) == 1 {
      // video_format and range, then the colour description.
      _ = try bits(4)
      if try bits(1) == 1 { _ = try bits(24) }
    }
    // The places of chroma samples.
    if try bits(1) == 1 { _ = (try exponential(), try exponential()) }
  }

  /// Goes on and returns num_units_in_tick and time_scale, if they are there.
  fileprivate mutating func timing() throws(CodecError) -> [Int] {
    guard try bits(1) == 1 else { return [] }
    let timing = [try bits(32), try bits(32)]
    // fixed_frame_rate_flag
    _ = try bits(1)
    return timing
  }

  /// Goes on to the end and returns log2_max_mv_length, horizontal and vertical.
  fileprivate mutating func motionBits() throws(CodecError) -> (horizontal: Int, vertical: Int) {
    try require("a buffering model", bits(2) == 0)
    // pic_struct_present_flag
    _ = try bits(1)
    try require("motion vectors without bounds", bits(1) == 1)
    // motion_vectors_over_pic_boundaries_flag, max_bytes_per_pic_denom, max_bits_per_mb_denom
    _ = (try bits(1), try exponential(), try exponential())
    let motion = (horizontal: try exponential(), vertical: try exponential())
    try require("long motion vectors", motion.horizontal <= 13 && motion.vertical <= 13)
    try require("frames in another order than that of decoding", exponential() == 0)
    // max_dec_frame_buffering
    _ = try exponential()
    return motion
  }
}
