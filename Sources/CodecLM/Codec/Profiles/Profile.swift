import Foundation

/// The parameters of a codec's streams, as they travel with a model in `codec.json`.
///
/// A type of one's own is known once it is registered (``ProfileRegistry/register(_:)``). What people read of
/// it has defaults.
///
/// ```swift
/// struct PlainProfile: Profile {
///   static let name = "plain"
///   let mediaKind = MediaKind("notes", fileNoun: "note", endings: ["note"])
///   func makeCodec(maximumPixels: Int) throws(CodecError) -> any Codec { PlainCodec() }
/// }
/// ProfileRegistry.register(PlainProfile.self)
/// ```
public protocol Profile: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The codec's name in `codec.json`, which no other profile has.
  static var name: String { get }

  /// Which files of a folder the codec reads.
  var mediaKind: MediaKind { get }

  /// The codec of this profile.
  ///
  /// - Parameter maximumPixels: of a picture, or a frame of a video, that is read; larger ones are refused
  ///   before decoding.
  /// - Throws: ``CodecError/invalidProfile(_:)``, and ``CodecError/unsupported(_:)`` where this build lacks
  ///   the codec.
  func makeCodec(maximumPixels: Int) throws(CodecError) -> any Codec

  /// Which parts of the files are in the streams, in a word.
  var streamName: String { get }

  /// The endings of what is written of a stream, without a point: of its file, then of the copy for
  /// players, if there is one.
  var fileExtensions: [String] { get }

  /// The ending of a file that holds nothing but a stream.
  var streamExtension: String { get }

  /// What one of the codec's files is called; the plural has an s.
  var noun: String { get }

  /// What a byte of the streams is called: not "byte" where it is none of a file.
  var byteName: String { get }

  /// What ``Codec/baselineBits(of:)`` counts.
  var baselineName: String { get }

  /// The vocabulary that byte pairs of the streams get unless told otherwise, bytes and special tokens
  /// included.
  var usualVocabulary: Int { get }

  /// Bytes that differ where the streams of the same files do. Token stores are kept by them: they stay
  /// what they are, whatever becomes of `codec.json`.
  ///
  /// - Throws: an `EncodingError`.
  func storeKey() throws -> [UInt8]
}

extension Profile {
  /// "whole".
  public var streamName: String { "whole" }
  /// The first ending of the files that are read.
  public var fileExtensions: [String] { [mediaKind.endings[0]] }
  /// The first of ``fileExtensions``.
  public var streamExtension: String { fileExtensions[0] }
  /// "file".
  public var noun: String { "file" }
  /// "byte".
  public var byteName: String { "byte" }
  /// "the file".
  public var baselineName: String { "the file" }
  /// 320, as in JPEG-LM.
  public var usualVocabulary: Int { 320 }
  /// The name.
  public var description: String { Self.name }

  /// The name, and the profile as JSON with sorted keys.
  public func storeKey() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(Self.name.utf8) + [UInt8](try encoder.encode(self))
  }

  /// The ending of the codec's files, without a point.
  package var fileExtension: String { fileExtensions[0] }
}

/// A profile whose pictures may each keep their own size.
package protocol SizeKeeping: Profile {
  /// The codec of this profile in the size of a file's picture.
  ///
  /// - Throws: ``CodecError`` when `file` does not say its size, or one beyond the format's range.
  func makeCodec(
    inSizeOf file: [UInt8], maximumPixels: Int
  ) throws(CodecError) -> any Codec
}
