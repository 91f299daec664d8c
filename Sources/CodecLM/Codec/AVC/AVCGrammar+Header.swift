/// Bits, the first of them the highest.
struct BitString {
  private var bits: UInt64 = 0
  private(set) var count = 0

  /// The first bit.
  var first: Bool { bits >> 63 == 1 }

  mutating func removeFirst() {
    bits <<= 1
    count -= 1
  }

  /// Adds u(n).
  mutating func append(_ value: Int, count added: Int) {
    precondition(count + added <= 64, "more than 64 bits")
    for place in stride(from: added - 1, through: 0, by: -1) {
      bits |= UInt64(value >> place & 1) << UInt64(63 - count)
      count += 1
    }
  }

  /// Adds ue(v) (9.1).
  mutating func append(exponential value: Int) {
    append(value + 1, count: 2 * (Int.bitWidth - (value + 1).leadingZeroBitCount) - 1)
  }

  /// Adds se(v) (9.1.1).
  mutating func append(signed value: Int) {
    append(exponential: value > 0 ? 2 * value - 1 : -2 * value)
  }
}

/// What x264 writes into the header of a slice (7.3.3), of which nothing but the type of a frame's first
/// slice is open.
struct SliceHeader {
  private let kind: AVCGrammar.FrameKind
  private let picture: AVCGrammar.Picture
  private let parameters: AVCParameters

  init(
    _ kind: AVCGrammar.FrameKind, _ picture: AVCGrammar.Picture, _ parameters: AVCParameters
  ) {
    self.kind = kind
    self.picture = picture
    self.parameters = parameters
  }

  /// Whether the longest header has no more than 64 bits.
  static func fits(_ parameters: AVCParameters) -> Bool {
    // Other than first_mb_in_slice and frame_num: 8 bits to pic_parameter_set_id, 5 of an IDR frame,
    // 5 of slice_qp_delta and 3 of deblocking, or 6, 12, 1 and 3 in P slices.
    let first = 2 * (Int.bitWidth - parameters.macroblocks.leadingZeroBitCount) - 1
    return first + parameters.frameNumberBits + 22 <= 64
  }

  /// All bits, or those before slice_type where it is open.
  var beginning: BitString {
    var bits = BitString()
    bits.append(exponential: picture.macroblock)
    switch kind {
    case .undecided: return bits
    case .predicted: bits.append(exponential: 5)
    case .idr, .intra: bits.append(exponential: 7)
    }
    appendRest(&bits)
    return bits
  }

  /// The bits behind slice_type.
  var rest: BitString {
    var bits = BitString()
    appendRest(&bits)
    return bits
  }

  private func appendRest(_ bits: inout BitString) {
    // pic_parameter_set_id
    bits.append(exponential: 0)
    let frameNumber = picture.frameNumber & (1 << parameters.frameNumberBits - 1)
    bits.append(frameNumber, count: parameters.frameNumberBits)
    switch kind {
    case .idr:
      bits.append(exponential: picture.idrNumber)
      // no_output_of_prior_pics_flag, long_term_reference_flag
      bits.append(0, count: 2)
    case .predicted:
      let references = parameters.references(behind: picture.frameNumber)
      let isOverride = references != parameters.defaultReferences
      bits.append(isOverride ? 1 : 0, count: 1)
      if isOverride { bits.append(exponential: references - 1) }
      // ref_pic_list_modification_flag_l0, adaptive_ref_pic_marking_mode_flag
      bits.append(0, count: 2)
    case .intra, .undecided:
      // adaptive_ref_pic_marking_mode_flag
      bits.append(0, count: 1)
    }
    let quantizer = kind == .predicted ? parameters.predictedQP : parameters.intraQP
    bits.append(signed: quantizer - parameters.predictedQP)
    appendDeblocking(&bits, quantizer: quantizer)
  }

  /// The deblocking fields: up to quantizer 15 the filter would do nothing (8.7.2.2, Table 8-16) and is
  /// off.
  private func appendDeblocking(_ bits: inout BitString, quantizer: Int) {
    let isOff = quantizer <= 15
    // disable_deblocking_filter_idc
    bits.append(exponential: isOff ? 1 : 0)
    if isOff { return }
    // slice_alpha_c0_offset_div2, slice_beta_offset_div2
    bits.append(signed: 0)
    bits.append(signed: 0)
  }
}

extension AVCParameters {
  /// Reference frames of a P frame whose frame_num, counted from the IDR frame, is `number`.
  func references(behind number: Int) -> Int { min(number, referenceFrames) }
}
