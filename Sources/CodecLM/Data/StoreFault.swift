/// How a store's file contradicts itself.
package enum StoreFault: FileFault {
  /// Its size is not that of its counts.
  case size(bytes: Int)
  /// Its words have another checksum than the last one says.
  case wrongChecksum
  /// Settings that no store is built with.
  case settings
  /// Counts that cannot be true together.
  case counts
  /// There is no image.
  case noImage
  /// No image is to train on.
  case noTrainingImage
  /// As many copies of images as images, or more.
  case tooManyCopies
  /// Something of an image, or another part of this number, ends outside what is left.
  case end(of: String, Int, found: UInt64, allowed: ClosedRange<Int>)
  /// An image's number of bytes is none that can be added up.
  case imageTooLarge(Int)
  /// An image is of a file that is not listed.
  case imageOfNoFile(Int)
  /// A file's size is none.
  case fileTooLarge(Int)
  /// Tokens behind those of the last image.
  case strayTokens
  /// Bytes behind those of the last image.
  case strayBytes
  /// Text behind the last that something says it has.
  case strayText
  /// Its tokenizer cannot be read.
  case tokenizer(TokenizerError)
  /// Its tokenizer has too many tokens, or too few, for this width.
  case tokenWidth(bytes: Int)
  /// A token that its tokenizer does not have.
  case strangeToken

  package var description: String {
    switch self {
    case .size(let bytes): "its size of \(bytes) bytes does not fit its counts"
    case .wrongChecksum: "the checksum is wrong"
    case .settings: "its settings are impossible"
    case .counts: "its counts contradict each other"
    case .noImage: "it holds no image"
    case .noTrainingImage: "no image is to train on"
    case .tooManyCopies: "it has more copies than images"
    case .end(let part, let index, let found, let allowed):
      "the \(part) of number \(index) ends at \(found), outside \(allowed)"
    case .imageTooLarge(let index): "image \(index) has too many bytes"
    case .imageOfNoFile(let index): "image \(index) is of no file"
    case .fileTooLarge(let index): "file \(index) is too large"
    case .strayTokens: "tokens belong to no image"
    case .strayBytes: "bytes belong to no image"
    case .strayText: "text belongs to nothing"
    case .tokenizer(let error): error.description
    case .tokenWidth(let bytes): "\(bytes) bytes a token do not fit its tokenizer"
    case .strangeToken: "a token is outside the vocabulary"
    }
  }
}
