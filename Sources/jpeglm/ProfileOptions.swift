public import ArgumentParser
public import CodecLM
import CodecLMEvaluation

extension JPEGProfile.Subsampling: ExpressibleByArgument {}

/// What a canonical stream is.
struct ProfileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Kind of the files: jpeg, or avc for videos (in a build with --traits AVC).",
      valueName: "jpeg|avc"))
  var codec: CodecChoice?

  @Option(
    help: """
      Side of the square pictures, 1 to 4096 pixels, or WIDTHxHEIGHT; for videos 256x144 by default.
      """)
  var size: FrameSize?

  @Option(name: .customLong("quality"), help: "JPEG quality, 1 to 100; 25 by default.")
  var wantedQuality: Int?

  @Option(help: "Chroma subsampling: 4:2:0, 4:2:2, 4:4:4 or grayscale.")
  var subsampling: JPEGProfile.Subsampling?

  @Option(
    name: .customLong("restart"),
    help: "MCUs between restart markers; 0, the default, for none; 1 is the paper's.")
  var wantedRestart: Int?

  @Option(help: "(video) Frames per second, 1 to 120; 3 by default.")
  var fps: Int?

  @Option(help: "(video) Number of frames, from the beginning, 1 to 1024; 15 by default.")
  var frames: Int?

  @Option(help: "(video) Quantizer, 1 to 51; six more double the step; 37 by default.")
  var qp: Int?

  private var quality: Int { wantedQuality ?? 25 }
  private var restart: Int { wantedRestart ?? 0 }

  /// Whether the files are videos.
  var isVideo: Bool { codec == .avc }

  /// What the folder of the files holds.
  var kind: MediaKind { isVideo ? .videos : .images }

  /// The options that were given, by their names.
  var given: [String] {
    let all: [(String, Bool)] = [
      ("--codec", codec != nil), ("--size", size != nil), ("--quality", wantedQuality != nil),
      ("--subsampling", subsampling != nil), ("--restart", wantedRestart != nil),
      ("--fps", fps != nil), ("--frames", frames != nil), ("--qp", qp != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  func validate() throws {
    let others =
      isVideo ? ["--quality", "--subsampling", "--restart"] : ["--fps", "--frames", "--qp"]
    if let name = given.first(where: others.contains) {
      throw ValidationError("\(name) is for --codec \(isVideo ? "jpeg" : "avc").")
    }
    do {
      if isVideo {
        try video(stream: .slices).validate()
      } else {
        try image(side: 1, isGrayscale: false, stream: .scan).validate()
      }
    } catch {
      throw ValidationError("\(error).")
    }
  }

  /// Refuses streams of another codec's files.
  func check(_ stream: StreamChoice) throws {
    if stream.isVideo != isVideo {
      throw ValidationError(
        "--stream \(stream.name) is for --codec \(stream.isVideo ? "avc" : "jpeg").")
    }
  }

  /// The profile of pictures of which nothing was said, `side` and color as given.
  func image(side: Int, isGrayscale: Bool, stream: JPEGProfile.Stream) -> JPEGProfile {
    JPEGProfile(
      width: size?.width ?? side, height: size?.height ?? side, quality: quality,
      subsampling: subsampling ?? (isGrayscale ? .grayscale : .yCbCr420),
      restartInterval: restart, stream: stream)
  }

  /// The profile of videos; what was not said is the paper's.
  func video(stream: AVCProfile.Stream) -> AVCProfile {
    var profile = AVCProfile(stream: stream)
    if let size { (profile.width, profile.height) = (size.width, size.height) }
    if let fps { profile.framesPerSecond = fps }
    if let frames { profile.frames = frames }
    if let qp { profile.qp = qp }
    return profile
  }

  /// The profile for a folder, of pictures chosen after a look at some of them, in data and in words.
  func profile(
    for sources: MediaFolder, stream: StreamChoice, _ pool: WorkerPool
  ) -> (profile: CodecProfile, description: String) {
    switch stream {
    case .image(let stream): image(for: sources, stream: stream, pool)
    case .video(let stream): video(for: sources, stream: stream)
    }
  }

  private func video(
    for sources: MediaFolder, stream: AVCProfile.Stream
  ) -> (profile: CodecProfile, description: String) {
    let profile = CodecProfile.avc(video(stream: stream))
    return (profile, "\(Format.count(sources.files.count)) files → \(profile.summary)")
  }

  private func image(
    for sources: MediaFolder, stream: JPEGProfile.Stream, _ pool: WorkerPool
  ) -> (profile: CodecProfile, description: String) {
    let survey = ImageSurvey(sources, pool: pool)
    let chosen = image(
      side: survey.suggestedSide, isGrayscale: survey.isGrayscale, stream: stream)
    let profile = CodecProfile.jpeg(chosen)
    let description = """
      \(Format.count(sources.files.count)) files, median short side \(survey.medianSide) px, \
      \(survey.isGrayscale ? "grayscale" : "colour") → \(profile.summary)
      """
    return (profile, description)
  }
}

/// A codec by its name.
enum CodecChoice: String, ExpressibleByArgument, CaseIterable {
  case jpeg, avc
}

/// Which parts of the files are in the streams, by its name.
enum StreamChoice: ExpressibleByArgument, Equatable {
  case image(JPEGProfile.Stream)
  case video(AVCProfile.Stream)

  init?(argument: String) {
    if let stream = JPEGProfile.Stream(rawValue: argument) {
      self = .image(stream)
    } else if let stream = AVCProfile.Stream(rawValue: argument) {
      self = .video(stream)
    } else {
      return nil
    }
  }

  /// Whether it is one of videos.
  var isVideo: Bool { if case .video = self { true } else { false } }

  var name: String {
    switch self {
    case .image(let stream): stream.rawValue
    case .video(let stream): stream.rawValue
    }
  }

  var defaultValueDescription: String { name }

  static var allValueStrings: [String] {
    JPEGProfile.Stream.allCases.map(\.rawValue) + AVCProfile.Stream.allCases.map(\.rawValue)
  }
}

/// Width and height, written as `64` for a square or `64x48`.
struct FrameSize: ExpressibleByArgument, Equatable {
  let width: Int
  let height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count <= 2, let width = sides.first ?? nil, let height = sides.last ?? nil
    else { return nil }
    self.init(width: width, height: height)
  }

  var defaultValueDescription: String { "\(width)x\(height)" }
}
