public import CodecLM
public import Foundation

/// Scalars and pictures over steps, in a file that TensorBoard shows.
///
/// The file is a sequence of records: length, check value of the length, an `Event` message of
/// TensorFlow's `event.proto`, check value of the message. A call returns when its record is written.
public final class TensorBoardLog {
  /// The file.
  public let url: URL

  /// A new file of events in a folder, which is made if need be; TensorBoard shows all files of a folder
  /// as one run.
  ///
  /// - Throws: `FileError`.
  public init(in folder: URL) throws {
    try Folders.make(folder)
    let time = Int(Date().timeIntervalSince1970)
    let process = ProcessInfo.processInfo
    // The form of the name that TensorBoard looks for.
    let name = "events.out.tfevents.\(time).\(process.hostName).\(process.processIdentifier)"
    url = folder.appendingPathComponent(name)
    try AtomicFile.write([], path: url.path, .bulkNew)
    var version = Message()
    version.add(3, Array("brain.Event:2".utf8))
    try append(version, step: 0)
  }

  /// Adds what a step reports.
  ///
  /// - Throws: `FileError`.
  public func add(_ step: Trainer.Step) throws {
    try add(
      [
        ("training/loss", step.loss), ("training/bits per byte", step.bitsPerByte),
        ("training/learning rate", Double(step.learningRate)),
        ("training/gradient norm", step.gradientNorm),
        ("training/tokens per second", step.tokensPerSecond),
      ], step: step.step)
  }

  /// Adds what the held-out images say.
  ///
  /// - Throws: `FileError`.
  public func add(_ validation: Trainer.Validation, step: Int) throws {
    var scalars = [
      ("held-out/loss", validation.loss), ("held-out/bits per byte", validation.bitsPerByte),
      ("held-out/bits per image", validation.bitsPerImage),
    ]
    if let share = validation.baselineShare {
      scalars.append(("held-out/share of baseline", share))
    }
    try add(scalars, step: step)
  }

  /// Adds one value for each name.
  ///
  /// - Throws: `FileError`.
  public func add(_ scalars: [(name: String, value: Double)], step: Int) throws {
    var summary = Message()
    for (name, number) in scalars {
      var value = Message()
      value.add(1, Array(name.utf8))
      value.add(2, Float(number))
      summary.add(1, value.bytes)
    }
    try append(summary: summary, step: step)
  }

  /// Adds a picture, given as the file of a format that browsers show.
  ///
  /// - Throws: `FileError`.
  public func add(
    imageFile: [UInt8], width: Int, height: Int, name: String, step: Int
  ) throws {
    var image = Message()
    image.add(1, varint: UInt64(height))
    image.add(2, varint: UInt64(width))
    image.add(3, varint: 3)  // RGB
    image.add(4, imageFile)
    var value = Message()
    value.add(1, Array(name.utf8))
    value.add(4, image.bytes)
    var summary = Message()
    summary.add(1, value.bytes)
    try append(summary: summary, step: step)
  }

  private func append(summary: Message, step: Int) throws {
    var event = Message()
    event.add(5, summary.bytes)
    try append(event, step: step)
  }

  private func append(_ contents: Message, step: Int) throws {
    var event = Message()
    event.add(1, Date().timeIntervalSince1970)
    event.add(2, varint: UInt64(step))
    let message = event.bytes + contents.bytes
    let length = [UInt8](littleEndian: UInt64(message.count))
    let record = length + Self.check(length) + message + Self.check(message)
    try AppendedFile.append([UInt8](record), path: url.path)
  }

  /// A check value as records hold it: turned by 15 bits and moved by a constant, for a record may
  /// itself hold check values.
  private static func check(_ bytes: [UInt8]) -> [UInt8] {
    let value = CRC32C.value(of: bytes)
    return [UInt8](littleEndian: (value >> 15 | value << 17) &+ 0xA282_EAD8)
  }
}

/// A Protocol Buffers message being written.
private struct Message {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, varint value: UInt64) {
    append(UInt64(field << 3))
    append(value)
  }

  mutating func add(_ field: Int, _ value: Double) {
    append(UInt64(field << 3 | 1))
    bytes.append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: Int, _ value: Float) {
    append(UInt64(field << 3 | 5))
    bytes.append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: Int, _ contents: [UInt8]) {
    append(UInt64(field << 3 | 2))
    append(UInt64(contents.count))
    bytes += contents
  }

  private mutating func append(_ varint: UInt64) {
    var rest = varint
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
