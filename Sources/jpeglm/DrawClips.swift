import ArgumentParser
import CodecLM
import CodecLMEvaluation
import Foundation

struct DrawClips: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw short videos of moving shapes to try things on (with the trait AVC).",
    discussion: """
      In each clip a camera moves over a picture while one to three shapes move in front of it, each at \
      a constant speed of its own. The picture is drawn, or taken from a folder of JPEG files. The clips \
      are already in canonical form: training uses them unchanged.

        jpeglm draw-clips clips --count 2000 --size 64x48 --frames 8
        jpeglm train clips --codec avc --size 64x48 --frames 8 --out run
      """)

  @Argument(help: ArgumentHelp("Folder for the files.", valueName: "dir"))
  var folder: String

  @Option(help: "Number of clips.")
  var count = 500

  @Option(help: "Width and height in pixels, as WIDTHxHEIGHT.")
  var size = FrameSize(width: 64, height: 48)

  @Option(help: "Frames in a clip, 1 to 1024.")
  var frames = 8

  @Option(help: "Frames per second, 1 to 120.")
  var fps = 3

  @Option(help: "Quantizer, 1 to 51; six more double the step.")
  var qp = 37

  @Option(
    help: ArgumentHelp("Folder of JPEG files for the camera to move over.", valueName: "folder"))
  var photos: String?

  @Flag(help: "Write .h264 files without a container for players; by default .mp4.")
  var bare = false

  @Option(help: "Equal seeds give equal files.")
  var seed: UInt64 = 0

  @OptionGroup var replacing: ReplacingOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    guard (1...1_000_000).contains(count) else {
      throw ValidationError("--count \(count) is outside 1 … 1000000.")
    }
    do {
      try profile.validate()
    } catch {
      throw ValidationError("\(error).")
    }
  }

  private var profile: AVCProfile {
    AVCProfile(
      width: size.width, height: size.height, framesPerSecond: fps, frames: frames, qp: qp)
  }

  func run() throws {
    #if AVC
      let codec = try AVCCodec(profile)
      let scenes = try photos.map { try MediaFolder($0) }
      let interrupt = Interrupt()
      let (progress, pool) = (progress.line, threads.pool)
      var results = try ResultFolder(
        folder, .init(command: "draw-clips", isDerived: false, force: replacing.force))
      for index in 0..<count { try results.claim(name(index), from: "clip \(index)") }
      try pool.forEachPortion(of: count) { index in
        Result { try file(index, codec, scenes) }
      } then: { range, files in
        try results.write(zip(range, files).map { (name($0), try $1.get()) }, pool)
        progress.show("\(Format.count(range.upperBound)) of \(Format.count(count)) clips")
        try interrupt.check()
      }
      try results.finish()
      try printResult("\(Format.count(count)) clips written to \(PlainText.line(folder))")
    #else
      _ = try CodecProfile.avc(profile).makeCodec()
    #endif
  }

  #if AVC
    private func name(_ index: Int) -> String {
      "\(index.padded(to: 5)).\(bare ? "h264" : "mp4")"
    }

    private func file(
      _ index: Int, _ codec: AVCCodec, _ scenes: MediaFolder?
    ) throws -> [UInt8] {
      let photo = try scenes.map { scenes in
        let file = scenes.files[index % scenes.files.count]
        return try PixelImage(jpegFile: FileBytes.read(scenes.path(of: file)))
      }
      let clip = DrawnClip(
        width: profile.width, height: profile.height, frames: profile.frames, photo: photo,
        seed: seed, index: index)
      let stream = try codec.canonicalBytes(of: clip.pictures)
      if !bare, let playable = try codec.container(of: stream) { return playable.file }
      return try codec.file(from: stream)
    }
  #endif
}
