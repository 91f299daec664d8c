import Foundation

/// Many images as tokens in one file, memory-mapped.
///
/// The file, little-endian: the tokens of all images, one byte each; for each of the n images the
/// end of its tokens (n × UInt64) and its number of canonical bytes, with the highest bit set if it is
/// held out (n × UInt64); their names, each with a zero byte behind it; a JSON list of files that were
/// skipped; and a trailer of seven UInt64: n, tokens, bytes of names, bytes of the list, key, format
/// version and magic number.
public struct TokenStore: Sendable {
  /// A file that did not become an image of the store.
  public struct Skipped: Sendable, Codable, Hashable {
    /// Path below the folder.
    public let name: String
    /// One line.
    public let reason: String

    /// A file and why it was skipped.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// What the tokens mean.
  public let tokenizer: Tokenizer
  /// A hash of everything the store was built from.
  public let key: UInt64
  /// Number of images.
  public let count: Int
  /// Number of tokens of all images.
  public let totalTokens: Int
  /// Indices of the images to train on.
  public let trainingIndices: [Int]
  /// Indices of the images kept for validation; the same as the former if there is only one image.
  public let heldOutIndices: [Int]
  /// Files that could not be read, with the reason.
  public let skipped: [Skipped]
  /// Tokens of the longest image.
  public let longest: Int

  private let file: MappedFile
  private let names: Range<Int>

  static let magic: UInt64 = 0x4552_4F54_534D_4C43  // "CLMSTORE"
  static let version: UInt64 = 1
  static let heldOutBit: UInt64 = 1 << 63
  static let trailerBytes = 7 * 8

  /// Opens a store and checks it through.
  ///
  /// - Throws: ``FileError`` when the file is no whole store, ``NumericsError/cannotMap(path:reason:)``.
  public init(_ path: String, tokenizer: Tokenizer) throws {
    let file = try MappedFile(path: path)
    func malformed(_ reason: String) -> FileError { .malformed(path: path, reason: reason) }
    guard file.count >= Self.trailerBytes else { throw malformed("too short for a token store") }
    let trailer = (0..<7).map { file.uint64(at: file.count - Self.trailerBytes + $0 * 8) }
    guard trailer[6] == Self.magic, trailer[5] == Self.version else {
      throw malformed("no token store of this version")
    }
    guard
      trailer[..<4].allSatisfy({ $0 < 1 << 40 }),
      Int(trailer[1]) + 16 * Int(trailer[0]) + Int(trailer[2]) + Int(trailer[3])
        + Self.trailerBytes == file.count
    else { throw malformed("its parts do not add up to its size") }

    self.file = file
    self.tokenizer = tokenizer
    key = trailer[4]
    count = Int(trailer[0])
    totalTokens = Int(trailer[1])
    let namesStart = totalTokens + 16 * count
    names = namesStart..<namesStart + Int(trailer[2])
    skipped =
      (try? JSONDecoder().decode(
        [Skipped].self,
        from: Data(file.bytes(names.upperBound..<names.upperBound + Int(trailer[3]))))) ?? []

    var (training, heldOut, longest, end) = ([Int](), [Int](), 0, 0)
    for index in 0..<count {
      let next = file.uint64(at: totalTokens + 8 * index)
      guard next >= end, next <= totalTokens else { throw malformed("image \(index) has no place") }
      longest = max(longest, Int(next) - end)
      end = Int(next)
      let isHeldOut = file.uint64(at: totalTokens + 8 * (count + index)) & Self.heldOutBit != 0
      if isHeldOut { heldOut.append(index) } else { training.append(index) }
    }
    guard end == totalTokens, count > 0 else { throw malformed("its index does not cover it") }
    trainingIndices = training.isEmpty ? heldOut : training
    heldOutIndices = heldOut.isEmpty ? training : heldOut
    self.longest = longest
  }

  /// Tokens of all images, on average.
  public var meanTokens: Double { Double(totalTokens) / Double(count) }

  /// Number of an image's tokens, begin and end not counted.
  public func tokenCount(of index: Int) -> Int { range(index).count }

  /// Number of bytes of an image's canonical stream.
  public func byteCount(of index: Int) -> Int {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    return Int(file.uint64(at: totalTokens + 8 * (count + index)) & ~Self.heldOutBit)
  }

  /// An image's tokens, without begin and end.
  public func tokens(of index: Int) -> [Int32] { file.bytes(range(index)).map { Int32($0) } }

  /// The paths of all images below the folder they were read from.
  public var imageNames: [String] {
    file.bytes(names).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private func range(_ index: Int) -> Range<Int> {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    let start = index == 0 ? 0 : file.uint64(at: totalTokens + 8 * (index - 1))
    return Int(start)..<Int(file.uint64(at: totalTokens + 8 * index))
  }
}

extension TokenStore {
  /// A row's length that no image has to be cut for: at least 512, so that several small ones fill a
  /// row with little left over.
  public var suggestedContext: Int { max(512, (longest + 1 + 63) / 64 * 64) }
}
