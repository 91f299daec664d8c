import CodecLM
import Testing

@Suite struct SHA256Tests {
  // From coreutils' sha256sum; the lengths are those at which the padding changes.
  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (3, "cb1ad2119d8fafb69566510ee712661f9f14b83385006ef92aec47f523a38358"),
    (55, "8963cc0afd622cc7574ac2011f93a3059b3d65548a77542a1559e3d202e6ab00"),
    (56, "6ea719cefa4b31862035a7fa606b7cc3602f46231117d135cc7119b3c1412314"),
    (64, "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6"),
    (300, "4daeb9ac8be203281aceb5f4511220333686abfde4d2ccd50a49cd156a2e8cf5"),
  ])
  func `hashes are sha256sum's`(count: Int, expected: String) {
    let bytes = [UInt8](repeating: UInt8(ascii: "A"), count: count)
    #expect(SHA256.hash(of: bytes.span) == expected)
  }
}
