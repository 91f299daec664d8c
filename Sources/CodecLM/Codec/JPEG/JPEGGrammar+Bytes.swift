extension JPEGGrammar {
  /// A place in a stream.
  struct State {
    enum Phase: Equatable {
      case header(Int)
      case scan
      /// The 0x00 behind a 0xFF (T.81 F.1.2.3).
      case stuffing
      /// RSTn's first or second byte.
      case restart(Int)
      case trailer(Int)
      case complete
    }

    var phase: Phase
    var bits = BitState()
    var restarts = 0
  }
}

extension JPEGGrammar.Rules {
  typealias State = JPEGGrammar.State

  /// Goes on by a byte and says after how many of its bits an MCU ended, for each that did; false if the
  /// byte may not stand here.
  @inline(__always)
  func advance(_ state: inout State, _ byte: UInt8, unitEnded: (Int) -> Void) -> Bool {
    if let due = due(state) {
      guard byte == due else { return false }
      passDue(&state)
      return true
    }
    guard state.phase == .scan else { return false }
    var count = 0
    while count < 8 {
      let before = state.bits.mcu
      let bit = byte >> UInt8(7 - count) & 1 == 1
      if state.bits.valueBits > 0 {
        count += passValue(&state.bits, first: bit, atMost: 8 - count)
      } else {
        guard read(bit, &state.bits) else { return false }
        count += 1
      }
      if state.bits.mcu > before { unitEnded(count) }
    }
    state.phase = byte == 0xFF ? .stuffing : .scan
    if state.phase == .scan { closeInterval(&state) }
    return true
  }

  /// The next byte where there is no choice by the structure around the codes.
  func due(_ state: State) -> UInt8? {
    switch state.phase {
    case .header(let offset): header[offset]
    case .stuffing: 0x00
    case .restart(0): 0xFF
    case .restart: 0xD0 + UInt8(state.restarts % 8)
    case .trailer(let offset): trailer[offset]
    case .scan, .complete: nil
    }
  }

  func passDue(_ state: inout State) {
    switch state.phase {
    case .header(let offset):
      state.phase = offset + 1 < header.count ? .header(offset + 1) : .scan
    case .stuffing:
      state.phase = .scan
      closeInterval(&state)
    case .restart(0):
      state.phase = .restart(1)
    case .restart:
      state.restarts += 1
      state.phase = .scan
    case .trailer(let offset):
      state.phase = offset + 1 < trailer.count ? .trailer(offset + 1) : .complete
    case .scan, .complete: break
    }
  }

  /// After a whole byte: if the interval's MCUs are done, a marker or the end follows.
  func closeInterval(_ state: inout State) {
    guard state.bits.isPadding else { return }
    state.bits.isPadding = false
    if state.bits.mcu < mcus {
      state.phase = .restart(0)
    } else {
      state.phase = trailer.isEmpty ? .complete : .trailer(0)
    }
  }
}
