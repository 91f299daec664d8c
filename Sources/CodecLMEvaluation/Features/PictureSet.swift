public import CodecLM
import Foundation

/// Pictures to be compared with others: files of a folder or files just made, as they are or in the
/// form that a codec gives them.
public struct PictureSet: Sendable {
  /// One file.
  public struct File: Sendable {
    /// Name within the set.
    public let name: String
    let content: Content

    enum Content: Sendable {
      case path(String)
      case bytes([UInt8], bits: Int?)
      /// A frame of the set's clip of a number, which is a canonical stream.
      case frame(Int, clip: Int, stream: [UInt8], any Codec)
    }
  }

  /// What is done to a file before it is looked at.
  public enum Preparation: Sendable {
    /// Nothing: the picture at the size it has.
    case asStored
    /// Cropped and resized to the size of a codec's profile, without the losses of coding.
    case fitted(any PictureEncoding)
    /// Brought into a codec's canonical form, and decoded from it.
    case coded(any Codec)
  }

  /// A decoded picture.
  public struct Picture: Sendable {
    /// What it shows.
    public let image: PixelImage
    /// Length in bits: where there is a codec, what its format's plainest coding spends on the picture,
    /// see `Codec/baselineBits(of:)`, otherwise of the file; `nil` where the picture is only resized.
    public let bits: Int?
    /// What libjpeg warned of, if a viewer would show the file all the same.
    public let warning: String?
  }

  /// What the set is called in a report, for instance "real".
  public let name: String
  /// Where it comes from, for instance a folder's path.
  public let origin: String
  /// The files in their order.
  public let files: [File]
  /// What is done to each.
  public let preparation: Preparation
  /// The most pixels of a file that is decoded.
  private let maximumPixels: Int

  /// Files of a folder.
  ///
  /// - Parameters:
  ///   - name: what the set is called.
  ///   - folder: where the files are.
  ///   - count: how many, spread evenly over the folder's order; all by default.
  ///   - preparation: what is done to each.
  public init(
    _ name: String, _ folder: MediaFolder, count: Int? = nil,
    _ preparation: Preparation = .asStored
  ) {
    let all = folder.files
    let count = min(count ?? all.count, all.count)
    let files = (0..<count).map { index in
      let file = all[index * all.count / count]
      return File(name: file.path, content: .path(folder.path(of: file)))
    }
    self.init(
      name: name, origin: folder.url.path, files: files, preparation: preparation,
      maximumPixels: folder.maximumPixels)
  }

  /// Files that a model wrote in a codec's form; those that do not decode are left out.
  public init(_ name: String, origin: String, _ files: [GeneratedFile], _ codec: any Codec) {
    self.init(name, origin: origin, files.compactMap { File($0, codec) })
  }

  /// Files that a model wrote, each taken as it came.
  public init(_ name: String, origin: String, _ files: [File]) {
    self.init(
      name: name, origin: origin, files: files, preparation: .asStored,
      maximumPixels: PixelImage.usualMaximumPixels)
  }

  /// Each frame of canonical streams for itself.
  public init(_ name: String, origin: String, frames streams: [[UInt8]], _ codec: any Codec) {
    self.init(
      name: name, origin: origin,
      files: streams.enumerated().flatMap { index, stream in
        (0..<codec.frameCount).map {
          File(
            name: "clip \(index), frame \($0)",
            content: .frame($0, clip: index, stream: stream, codec))
        }
      }, preparation: .asStored, maximumPixels: PixelImage.usualMaximumPixels)
  }

  private init(
    name: String, origin: String, files: [File], preparation: Preparation, maximumPixels: Int
  ) {
    self.name = name
    self.origin = origin
    self.files = files
    self.preparation = preparation
    self.maximumPixels = maximumPixels
  }

  /// The same files, prepared otherwise.
  public func prepared(_ preparation: Preparation, name: String) -> PictureSet {
    PictureSet(
      name: name, origin: origin, files: files, preparation: preparation,
      maximumPixels: maximumPixels)
  }

  /// Some of the files.
  public func files(at indices: [Int]) -> PictureSet {
    PictureSet(
      name: name, origin: origin, files: indices.map { files[$0] }, preparation: preparation,
      maximumPixels: maximumPixels)
  }

  /// Reads and decodes one file.
  ///
  /// A file as it is stored is decoded as a viewer does, with data made up where some are missing; a
  /// codec, whose output is a reference, takes only files without a fault.
  ///
  /// - Throws: `FileError`, `CodecError`.
  public func picture(_ index: Int) throws -> Picture {
    if case .frame(let frame, _, let stream, let codec) = files[index].content {
      return Picture(image: try codec.frames(of: stream)[frame], bits: nil, warning: nil)
    }
    let bytes = try bytes(of: index)
    switch preparation {
    case .asStored:
      var bits: Int? = 8 * bytes.count
      if case .bytes(_, let known) = files[index].content { bits = known }
      if PixelImage.isSheet(bytes) { throw CodecError.sheet }
      let (image, warning) = try PixelImage.decodingAnyway(
        jpegFile: bytes, maximumPixels: maximumPixels)
      return Picture(image: image, bits: bits, warning: warning)
    case .fitted(let codec):
      return Picture(image: try codec.image(of: bytes), bits: nil, warning: nil)
    case .coded(let codec):
      let canonical = try codec.canonicalBytes(of: bytes)
      return Picture(
        image: try codec.decode(canonical), bits: try codec.baselineBits(of: canonical),
        warning: nil)
    }
  }

  private func bytes(of index: Int) throws(FileError) -> [UInt8] {
    switch files[index].content {
    case .path(let path): try FileBytes.read(path)
    case .bytes(let bytes, _), .frame(_, _, let bytes, _): bytes
    }
  }
}

extension PictureSet.File {
  /// A file that a model wrote in a codec's form, kept compressed; `nil` if it does not decode.
  public init?(_ file: GeneratedFile, _ codec: any Codec) {
    guard case .success(let content) = file.result else { return nil }
    self.init(
      name: file.name,
      content: .bytes(content.bytes, bits: try? codec.baselineBits(of: file.canonical)))
  }
}

extension PictureSet {
  /// Those files whose pictures a model was kept from, evenly spread.
  ///
  /// - Parameters:
  ///   - split: which pictures those are.
  ///   - codec: the model's, whose canonical streams say which picture a file is; files it cannot read are
  ///     left out.
  ///   - count: the most files to take.
  ///   - pool: threads that decode.
  ///   - progress: called about twice a second with the number of files looked at; an error it throws ends it.
  /// - Throws: what `progress` throws.
  /// - Complexity: decodes every file.
  package func heldOut(
    by split: ModelSplit, _ codec: any Codec, count: Int = .max, pool: WorkerPool = .shared,
    progress: (Int) throws -> Void = { _ in }
  ) rethrows -> PictureSet {
    var indices: [Int] = []
    try pool.forEachPortion(of: files.count) { index in
      (try? codec.canonicalBytes(of: bytes(of: index))).map { split.isHeldOut($0) } ?? false
    } then: { range, flags in
      indices += zip(range, flags).filter(\.1).map(\.0)
      try progress(range.upperBound)
    }
    let count = min(count, indices.count)
    return files(at: (0..<count).map { indices[$0 * indices.count / count] })
  }

  /// The files in a codec's canonical form.
  ///
  /// - Parameters:
  ///   - codec: the model's.
  ///   - pool: threads that decode.
  ///   - skipped: called with the name of each file that it cannot read, and why; these are left out.
  ///   - progress: called about twice a second with the number of files done; an error it throws ends it.
  /// - Throws: what `progress` throws.
  public func canonicalStreams(
    _ codec: any Codec, pool: WorkerPool = .shared,
    skipped: (_ name: String, _ reason: any Error) -> Void = { _, _ in },
    progress: (Int) throws -> Void = { _ in }
  ) rethrows -> [[UInt8]] {
    var streams: [[UInt8]] = []
    try pool.forEachPortion(of: files.count) { index in
      Result { try codec.canonicalBytes(of: bytes(of: index)) }
    } then: { range, results in
      for (file, result) in zip(files[range], results) {
        switch result {
        case .success(let stream): streams.append(stream)
        case .failure(let error): skipped(file.name, error)
        }
      }
      try progress(range.upperBound)
    }
    return streams
  }
}
