internal import CFiles
import Foundation

/// What this program says of a file that it wrote: which command did, whether it is a picture to train on, and a
/// hash of the content, which is another one when somebody has changed the file.
///
/// It is the file's extended attribute `user.jpeglm`, set before the file has its name, and goes where the file
/// is moved to. Where a file system has no attributes, `WrittenFiles` keeps a list.
package struct FileMark: Hashable, Sendable {
  /// The command.
  package let command: String
  /// Whether the file was drawn by a model, or made from pictures beside it.
  package let isDerived: Bool
  private let hash: UInt64

  private static let attribute = "user.jpeglm"
  private static let largest = 128

  /// The mark of these bytes.
  package init(_ bytes: [UInt8], command: String, isDerived: Bool) {
    self.command = command
    self.isDerived = isDerived
    hash = StableHash(bytes).value
  }

  /// The mark that the file at `path` has, a symbolic link followed.
  package init?(ofFile path: String) {
    var value = [UInt8](repeating: 0, count: Self.largest)
    let count = unsafe value.withUnsafeMutableBytes { buffer in
      unsafe path.withSystemPath { path in
        unsafe codeclm_attribute(path, Self.attribute, buffer.baseAddress, buffer.count)
      }
    }
    guard count > 0 else { return nil }
    self.init(text: value[..<count])
  }

  /// Reads ``text``.
  init?(text: ArraySlice<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3,
      let hash = UInt64(String(decoding: parts[0], as: UTF8.self), radix: 16)
    else { return nil }
    self.hash = hash
    isDerived = parts[1].elementsEqual("-".utf8)
    command = String(decoding: parts[2], as: UTF8.self)
  }

  /// The hash, `+` for pictures to train on or `-`, and the command.
  var text: [UInt8] {
    Array("\(String(hash, radix: 16)) \(isDerived ? "-" : "+") \(command)".utf8)
  }

  /// Whether the mark is of these bytes.
  package func fits(_ bytes: [UInt8]) -> Bool { hash == StableHash(bytes).value }

  /// Gives an open file the mark; false where the file system has no attributes.
  @discardableResult
  func set(on descriptor: Int32) -> Bool {
    let text = text
    return unsafe text.withUnsafeBytes {
      unsafe codeclm_set_attribute(descriptor, Self.attribute, $0.baseAddress, $0.count) == 0
    }
  }
}
