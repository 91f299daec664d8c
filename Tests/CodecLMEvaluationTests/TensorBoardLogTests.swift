import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct TensorBoardLogTests {
  /// The messages of a file, their lengths and check values tested.
  private func records(_ bytes: [UInt8]) -> [[UInt8]] {
    func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func isChecked(_ bytes: ArraySlice<UInt8>, by stored: ArraySlice<UInt8>) -> Bool {
      let value = CRC32C.value(of: bytes)
      return number(stored) == UInt64((value >> 15 | value << 17) &+ 0xA282_EAD8)
    }
    var (records, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[...])
    while rest.count >= 16 {
      let start = rest.startIndex
      let end = start + 12 + Int(number(rest.prefix(8)))
      guard isChecked(rest.prefix(8), by: rest[start + 8..<start + 12]),
        isChecked(rest[start + 12..<end], by: rest[end..<end + 4])
      else { break }
      records.append(Array(rest[start + 12..<end]))
      rest = rest[(end + 4)...]
    }
    #expect(rest.isEmpty, "a record is damaged")
    return records
  }

  @Test func `a file has a version, then an event for each call`() throws {
    try withTemporaryFolder { folder in
      let log = try TensorBoardLog(in: folder.appendingPathComponent("logs"))
      #expect(log.url.lastPathComponent.hasPrefix("events.out.tfevents."))
      try log.add([("loss", 0.5), ("rate", 2)], step: 300)
      let picture = try TestImages.picture(0).jpegFile()
      try log.add(imageFile: picture, width: 16, height: 16, name: "sheet", step: 300)
      let events = records([UInt8](try Data(contentsOf: log.url)))
      #expect(events.count == 3)
      // Field 1, a double, then field 2, the step as a varint, then field 3 or 5.
      for (event, step) in zip(events, [[0], [0xAC, 0x02], [0xAC, 0x02]] as [[UInt8]]) {
        #expect(event[0] == 0x09 && event[9] == 0x10)
        #expect(Array(event[10..<10 + step.count]) == step)
      }
      #expect(events[0].suffix(15) == [0x1A, 13] + Array("brain.Event:2".utf8))
      // Two values: a tag, field 1, and a float, field 2.
      let loss: [UInt8] = [0x0A, 11, 0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
      let rate: [UInt8] = [0x0A, 11, 0x0A, 4] + Array("rate".utf8) + [0x15, 0, 0, 0, 0x40]
      #expect(Array(events[1].suffix(28)) == [0x2A, 26] + loss + rate)
      #expect(Array(events[2].suffix(picture.count)) == picture)
    }
  }

  @Test func `a folder that cannot be made is an error`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data("text".utf8).write(to: file)
      #expect(throws: FileError.self) {
        try TensorBoardLog(in: file.appendingPathComponent("logs"))
      }
    }
  }
}
