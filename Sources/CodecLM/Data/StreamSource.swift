import Foundation

/// What a ``StreamStore`` is made from.
public struct StreamSource: Sendable {
  /// The images.
  public let folder: MediaFolder
  /// Which share of the images is kept for validation, in 0...1.
  ///
  /// At first `HeldOutSplit/share(of:)` of the number of files. With two or more pictures, at least one is on
  /// each side.
  public var heldOutShare: Double
  /// Whether each training image is there a second time, mirrored left to right, behind all images; not where
  /// its mirror image is held out.
  public var isMirrored = false
  /// Whether a file that cannot be used is an error instead of being skipped.
  public var isStrict = false
  /// What is known of images beside their files, by the files' paths relative to the folder.
  public var annotations: [String: StreamAnnotation] = [:]

  let codec: any Codec
  private let codecKey: [UInt8]

  /// A folder's images in a profile's canonical form.
  ///
  /// - Parameters:
  ///   - folder: where the images are.
  ///   - profile: their canonical form.
  /// - Throws: ``CodecError/invalidProfile(_:)``, ``CodecError/unsupported(_:)``.
  public init(_ folder: MediaFolder, _ profile: CodecProfile) throws {
    self.init(
      folder, codec: try profile.makeCodec(maximumPixels: folder.maximumPixels),
      codecKey: try profile.storeKey())
  }

  /// A folder's images in the form that a codec gives them.
  ///
  /// - Parameters:
  ///   - folder: where the images are.
  ///   - codec: what brings each file into canonical form.
  ///   - codecKey: bytes that differ when `codec` gives different results.
  package init(_ folder: MediaFolder, codec: any Codec, codecKey: [UInt8]) {
    self.folder = folder
    self.codec = codec
    self.codecKey = codecKey
    heldOutShare = HeldOutSplit.share(of: folder.files.count)
  }

  var listing: StreamListing {
    StreamListing(
      codecKey: codecKey, heldOutShare: heldOutShare, isMirrored: isMirrored,
      annotationKey: StreamAnnotation.key(of: annotations), files: folder.files,
      maximumPixels: folder.maximumPixels, unreadable: folder.unreadable.map(\.path))
  }

  /// The file of a number, for a pass over the folder.
  func file(_ number: Int) -> FilePass.File {
    let file = folder.files[number]
    return FilePass.File(name: file.path, path: folder.path(of: file))
  }
}
