/// Which images are kept from training.
///
/// What an image is decides, not what it is called: the hash of its canonical stream, as a number in
/// [0, 1), is below a share. Copies of one picture are thus on one side, and a picture keeps its side
/// whatever else is in the folder, wherever the folder is.
package enum HeldOutSplit {
  /// The least share of a folder's images.
  private static let leastShare = 0.02
  /// The most.
  private static let greatestShare = 0.2
  /// Images that make a figure worth comparing.
  private static let enough = 32.0

  /// The share of so many images that is held out unless told otherwise: 2 %, of fewer than 1,600 images as
  /// much as gives 32, at most a fifth.
  package static func share(of count: Int) -> Double {
    max(leastShare, min(greatestShare, enough / Double(max(count, 1))))
  }

  /// What stands for a canonical stream.
  package static func hash(_ stream: [UInt8]) -> UInt64 { StableHash(stream).value }

  /// Whether a picture's hash is below the share.
  package static func isHeldOut(_ hash: UInt64, share: Double) -> Bool {
    StableHash.unitInterval(hash) < share
  }

  /// For each hash whether its image is held out.
  ///
  /// Where that leaves one of the sides empty, the picture nearest the other side moves there, with its
  /// copies. A single picture counts as training; readers validate on it too.
  package static func flags(_ hashes: [UInt64], share: Double) -> [Bool] {
    let flags = hashes.map { isHeldOut($0, share: share) }
    func isBefore(_ a: UInt64, _ b: UInt64) -> Bool {
      (StableHash.unitInterval(a), a) < (StableHash.unitInterval(b), b)
    }
    guard let lowest = hashes.min(by: isBefore), let highest = hashes.max(by: isBefore),
      lowest != highest
    else { return hashes.map { _ in false } }
    if !flags.contains(true) { return hashes.map { $0 == lowest } }
    if !flags.contains(false) { return hashes.map { $0 != highest } }
    return flags
  }
}
