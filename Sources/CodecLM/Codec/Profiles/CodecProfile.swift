/// The profile of any codec, as it travels with a model (`codec.json`): a value of a registered type.
@dynamicMemberLookup
public struct CodecProfile: Sendable {
  /// The profile itself.
  public let base: any Profile

  /// Any profile.
  public init(_ profile: some Profile) { base = profile }

  /// The profile's own properties.
  public subscript<Value>(dynamicMember property: KeyPath<any Profile, Value>) -> Value {
    base[keyPath: property]
  }

  /// The codec of this profile.
  ///
  /// - Parameter maximumPixels: of a picture, or a frame of a video, that is read; larger ones are refused
  ///   before decoding.
  /// - Throws: ``CodecError/invalidProfile(_:)``, and ``CodecError/unsupported(_:)`` for video in a build
  ///   without the package's trait `AVC`.
  public func makeCodec(
    maximumPixels: Int = PixelImage.usualMaximumPixels
  ) throws(CodecError) -> any Codec {
    try base.makeCodec(maximumPixels: maximumPixels)
  }

  /// See ``Profile/storeKey()``.
  ///
  /// - Throws: an `EncodingError`.
  package func storeKey() throws -> [UInt8] { try base.storeKey() }
}

extension CodecProfile: Hashable {
  /// Whether both are of one type and equal.
  public static func == (a: CodecProfile, b: CodecProfile) -> Bool {
    func equals<P: Profile>(_ profile: P) -> Bool { profile == b.base as? P }
    return equals(a.base)
  }

  /// Hashes the profile.
  public func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}

extension CodecProfile: CustomStringConvertible {
  /// One line for people.
  public var description: String { base.description }

  /// The line, with the kind of the streams.
  package var summary: String { "\(base), \(base.streamName) streams" }
}

extension CodecProfile: Codable {
  /// Of what is written.
  ///
  /// Files without one are of version 1, whose keys are in camel case; profiles read both.
  private static let version = 2

  private enum CodingKeys: String, CodingKey { case codec, version }

  /// Reads the field `codec` and then the fields of that codec's profile.
  ///
  /// - Throws: a `DecodingError`; ``CodecError/unsupported(_:)`` for a codec that is not registered and for
  ///   a later version.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let version = try fields.decodeIfPresent(Int.self, forKey: .version) ?? 1
    guard (1...Self.version).contains(version) else {
      throw CodecError.unsupported(
        "version \(version) of a codec's profile; this build reads 1 to \(Self.version)")
    }
    let name = try fields.decode(String.self, forKey: .codec)
    guard let type = ProfileRegistry.type(named: name) else {
      throw CodecError.unsupported("codec \(name)")
    }
    self.init(try type.init(from: decoder))
  }

  /// Writes the fields of the profile, `codec` and `version`.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(type(of: base).name, forKey: .codec)
    try fields.encode(Self.version, forKey: .version)
    try base.encode(to: encoder)
  }
}
