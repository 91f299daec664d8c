import CodecLM
import Foundation
import TestSupport
import Testing

/// An H.264 stream of `Scripts/fixtures/make-avc-streams`, or made by the same command, and its parts.
struct AVCStream: Sendable, CustomTestStringConvertible {
  static let names = [
    "moving-32x32-37", "cuts-16x16-24", "cropped-50x38-28", "noise-16x16-10", "flat-64x48-51",
  ]

  let name: String
  let bytes: [UInt8]
  /// Up to the first slice's start code.
  let header: [UInt8]
  let sequenceParameterSet: [UInt8]
  let pictureParameterSet: [UInt8]
  /// Slices whose first macroblock is the frame's.
  let frames: Int

  var testDescription: String { name }

  init(named name: String) throws {
    try self.init(name, Fixtures.bytes("AVC/\(name).h264"))
  }

  init(_ name: String, _ bytes: [UInt8]) throws {
    self.name = name
    self.bytes = bytes
    let units = Self.units(bytes)
    func first(_ type: UInt8) throws -> Int {
      try #require(units.firstIndex { bytes[$0.start] & 31 == type })
    }
    func content(_ unit: Int) -> [UInt8] {
      let end = unit + 1 < units.count ? units[unit + 1].startCode : bytes.count
      return Array(bytes[units[unit].start..<end])
    }
    header = try Array(bytes[..<units[first(5)].startCode])
    sequenceParameterSet = try content(first(7))
    pictureParameterSet = try content(first(8))
    frames =
      units.filter { [1, 5].contains(bytes[$0.start] & 31) && bytes[$0.start + 1] >= 0x80 }.count
  }

  /// Where NAL units and the start codes before them begin.
  private static func units(_ bytes: [UInt8]) -> [(startCode: Int, start: Int)] {
    (0..<max(0, bytes.count - 3)).filter { bytes[$0..<$0 + 3].elementsEqual([0, 0, 1]) }
      .map { ($0 > 0 && bytes[$0 - 1] == 0 ? $0 - 1 : $0, $0 + 3) }
  }

  func grammar(frames: Int? = nil) throws -> AVCGrammar {
    try AVCGrammar(
      header: header, sequenceParameterSet: sequenceParameterSet,
      pictureParameterSet: pictureParameterSet, frames: frames ?? self.frames)
  }

  /// A walk through the grammar that takes any allowed byte, each as likely as the others, or, where
  /// it is extreme, often the lowest or highest, which begin long codes.
  func walk(frames: Int, isExtreme: Bool, _ random: inout RandomStream) throws -> [UInt8] {
    var grammar = try grammar(frames: frames)
    var bytes: [UInt8] = []
    while !grammar.isComplete {
      let allowed = grammar.allowedBytes
      let choices = (UInt8.min...UInt8.max).filter { allowed.contains($0) }
      var byte = try #require(choices.randomElement(using: &random))
      if isExtreme {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: byte = choices[0]
        case 2: byte = choices[choices.count - 1]
        default: break
        }
      }
      let isAllowed = grammar.advance(byte)
      try #require(isAllowed)
      bytes.append(byte)
    }
    return bytes
  }
}
