package import CodecLM

/// Random damage to bytes.
package enum Mutation {
  /// Changes, removes, inserts, repeats and exchanges bytes inside `range`.
  package static func apply(
    _ times: ClosedRange<Int>, to bytes: [UInt8], in range: Range<Int>,
    _ random: inout RandomStream
  ) -> [UInt8] {
    var changed = bytes
    for _ in 0..<Int.random(in: times, using: &random) {
      let end = range.upperBound + changed.count - bytes.count
      guard range.lowerBound < end else { break }
      let place = Int.random(in: range.lowerBound..<end, using: &random)
      let byte = UInt8.random(in: 0...255, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: changed[place] = byte
      case 1, 2: changed[place] ^= 1 << (byte & 7)
      case 3: changed.insert(byte, at: place)
      case 4: changed.insert(changed[place], at: place)
      default: changed.remove(at: place)
      }
    }
    return changed
  }
}
