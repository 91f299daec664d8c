extension AVCGrammar.Rules {
  typealias State = AVCGrammar.State

  /// Headers of NAL units (7.3.1): nal_ref_idc and nal_unit_type.
  private static let idrSlice: UInt8 = 0x65
  private static let otherSlice: UInt8 = 0x41
  private static let sliceStartCode: [UInt8] = [0, 0, 1]
  private static let frameStartCode: [UInt8] = [0, 0, 0, 1]

  /// Goes on by a byte and says after how many of its bits a macroblock ended, if one did; false if the
  /// byte may not stand here.
  @inline(__always)
  func advance(_ state: inout State, _ byte: UInt8, unitEnded: (Int) -> Void) -> Bool {
    if state.phase == .slice { return advanceSlice(&state, byte, unitEnded: unitEnded) }
    if state.phase == .frameStart(Self.frameStartCode.count) { return choose(byte, &state) }
    guard let due = due(state), byte == due else { return false }
    passDue(&state)
    return true
  }

  /// The next byte where there is no choice by the structure around slices.
  func due(_ state: State) -> UInt8? {
    switch state.phase {
    case .header(let offset): header[offset]
    case .sliceStart(3): state.slice.kind == .idr ? Self.idrSlice : Self.otherSlice
    case .sliceStart(let offset): Self.sliceStartCode[offset]
    case .frameStart(4): nil
    case .frameStart(let offset): Self.frameStartCode[offset]
    case .parameterSets(let offset): sets[offset]
    case .slice, .complete: nil
    }
  }

  private func passDue(_ state: inout State) {
    switch state.phase {
    case .header(let offset):
      state.phase = offset + 1 < header.count ? .header(offset + 1) : .sliceStart(0)
    case .sliceStart(3): beginSlice(&state)
    case .sliceStart(let offset): state.phase = .sliceStart(offset + 1)
    case .frameStart(let offset): state.phase = .frameStart(offset + 1)
    case .parameterSets(let offset):
      state.phase = offset + 1 < sets.count ? .parameterSets(offset + 1) : .sliceStart(0)
    case .slice, .complete: break
    }
  }

  /// The first byte of a frame's first NAL unit: a sequence parameter set before an IDR frame, otherwise
  /// a slice.
  private func choose(_ byte: UInt8, _ state: inout State) -> Bool {
    if byte == Self.otherSlice {
      state.slice.kind = .undecided
      beginSlice(&state)
      return true
    }
    guard byte == sets[0] else { return false }
    state.slice.kind = .idr
    state.picture.frameNumber = 0
    state.picture.idrNumber ^= 1
    state.phase = .parameterSets(1)
    return true
  }

  private func beginSlice(_ state: inout State) {
    let kind = state.slice.kind
    state.slice = AVCGrammar.Slice(kind: kind)
    state.slice.header = SliceHeader(kind, state.picture, parameters).beginning
    state.zeros = 0
    state.isEscaped = false
    state.phase = .slice
  }

  /// Goes on by a byte inside a slice's NAL unit, which has an emulation prevention byte exactly where
  /// two bytes of zero would come before one below 4 (7.4.1).
  @inline(__always)
  private func advanceSlice(
    _ state: inout State, _ byte: UInt8, unitEnded: (Int) -> Void
  ) -> Bool {
    if state.isEscaped {
      guard byte < 4 else { return false }
      state.isEscaped = false
    } else if state.zeros == 2, byte < 4 {
      state.zeros = 0
      state.isEscaped = true
      return byte == AVCGrammar.emulationPrevention && allowsLowByte(state)
    }
    guard read(byte, &state.slice, state.picture, unitEnded: unitEnded) else { return false }
    state.zeros = byte == 0 ? state.zeros + 1 : 0
    if state.slice.element == .alignment { endSlice(&state) }
    return true
  }

  /// Goes on by the bits of a byte.
  @inline(__always)
  private func read(
    _ byte: UInt8, _ slice: inout AVCGrammar.Slice, _ picture: AVCGrammar.Picture,
    unitEnded: (Int) -> Void
  ) -> Bool {
    for count in 0..<8 {
      let before = slice.element
      guard read(byte >> UInt8(7 - count) & 1 == 1, &slice, picture) else { return false }
      if slice.element == .stop, before != .stop { unitEnded(count + 1) }
    }
    return true
  }

  /// Whether the next byte of the slice, without emulation prevention, may be below 4.
  private func allowsLowByte(_ state: State) -> Bool {
    var slice = state.slice
    return (0..<6).allSatisfy { _ in read(false, &slice, state.picture) }
  }

  /// After the last byte of a slice: the next macroblock, the next frame, or the end.
  private func endSlice(_ state: inout State) {
    state.picture.macroblock += 1
    if state.picture.macroblock < parameters.macroblocks {
      state.phase = .sliceStart(0)
      return
    }
    state.picture.macroblock = 0
    state.picture.number += 1
    state.picture.frameNumber += 1
    state.phase = state.picture.number < frames ? .frameStart(0) : .complete
  }

  /// The bytes that may come next.
  func allowedBytes(_ state: State) -> ByteSet {
    if let due = due(state) { return ByteSet(due) }
    switch state.phase {
    case .frameStart:
      var types = ByteSet(sets[0])
      types.insert(Self.otherSlice)
      return types
    case .slice:
      let bytes = numbers(of: 8, state.slice, state.picture)
      if state.isEscaped { return bytes.intersection(.below4) }
      guard state.zeros == 2 else { return bytes }
      var allowed = bytes.intersection(.from4)
      if !bytes.intersection(.below4).isEmpty { allowed.insert(AVCGrammar.emulationPrevention) }
      return allowed
    default: return ByteSet()
    }
  }
}

extension ByteSet {
  fileprivate static let below4 = ByteSet(below: 4)
  fileprivate static let from4 = ByteSet { $0 >= 4 }
}
