import Foundation

/// A look at some of a folder's images, to choose a profile for them.
package struct ImageSurvey: Sendable {
  /// Images whose headers were read.
  package let images: Int
  /// Median of their shorter sides, in pixels.
  package let medianSide: Int
  /// Whether none has colour.
  package let isGrayscale: Bool

  /// Files looked at, spread evenly over the folder.
  private static let sample = 256
  /// The largest side that is chosen without being asked for: 32 × 32 is what a processor learns in
  /// an hour.
  private static let affordableSide = 32
  /// Pictures up to this side are taken as they are.
  private static let smallSide = 64

  /// Reads the headers of up to 256 files.
  package init(_ folder: MediaFolder, pool: WorkerPool = .shared) {
    let count = min(Self.sample, folder.files.count)
    let headers = pool.map(count) { index -> JPEGHeader? in
      let file = folder.files[index * folder.files.count / count]
      return try? JPEGHeader(FileBytes.read(folder.path(of: file)))
    }.compactMap { $0 }
    images = headers.count
    let sides = headers.map { min($0.width, $0.height) }.sorted()
    medianSide = sides.isEmpty ? Self.affordableSide : sides[sides.count / 2]
    isGrayscale = !headers.isEmpty && headers.allSatisfy(\.isGrayscale)
  }

  /// The side of the square pictures to learn: their own if small, otherwise what a processor can
  /// afford.
  package var suggestedSide: Int {
    medianSide <= Self.smallSide ? max(medianSide, 1) : Self.affordableSide
  }

  /// The profile that suits the images: square pictures of the ``suggestedSide``, gray if they are.
  package var profile: JPEGProfile {
    JPEGProfile(size: suggestedSide, subsampling: isGrayscale ? .grayscale : .yCbCr420)
  }
}

extension CodecProfile {
  /// The profile of a folder's files of which nothing is said: images are looked at, and become squares of
  /// their own size if they are small, gray if all of them are; videos have the paper's form.
  ///
  /// - Parameters:
  ///   - folder: the files.
  ///   - pool: threads that read headers.
  public static func suited(
    to folder: MediaFolder, pool: WorkerPool = .shared
  ) -> CodecProfile {
    folder.kind == .videos
      ? .avc(AVCProfile()) : .jpeg(ImageSurvey(folder, pool: pool).profile)
  }
}
