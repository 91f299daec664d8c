import Foundation
import Testing

#if AVC
  @Suite struct VideoWalkTests {
    private struct Evaluated: Decodable {
      struct Clips: Decodable {
        struct Agreement: Decodable {
          let mean_psnr: Double
          let frame_psnr: [Double]
        }
        struct Motion: Decodable { let clips: Int }
        let kept_frames: Int
        let real_motion: Motion
        let continuation: Agreement?
        let repetition: Agreement?
      }
      let clips: Clips?
    }

    @Test func `videos are drawn, learnt, written, continued, scored and measured`() throws {
      try withTemporaryFolder { folder in
        func run(_ arguments: String...) throws -> String {
          let outcome = try Program.run(arguments, in: folder)
          #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
          return outcome.output
        }
        func list(_ name: String) -> [String] { files(below: folder.appendingPathComponent(name)) }
        let size = ["--size", "32x16", "--frames", "3"]
        #expect(
          try run("draw-clips", "clips", "--count", "6", "--size", "32x16", "--frames", "3")
            == "6 clips written to clips\n")
        #expect(list("clips") == (0..<6).map { "0000\($0).mp4" })
        let trained = try Program.run(
          ["train", "clips", "--codec", "avc", "--out", "run", "--preset", "nano", "--steps", "2"]
            + ["--vocabulary", "300", "--batch", "1"] + size, in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(list("run").contains("samples/step-000002.jpg"))
        #expect(try run("info", "run").contains("H.264, 32 × 16, 3 frames"))

        _ = try run("sample", "run", "--count", "2", "--out", "new", "--grid", "grid.jpg")
        #expect(list("new") == ["00000.h264", "00000.mp4", "00001.h264", "00001.mp4"])
        _ = try run(
          "sample", "run", "--prompt", "clips/00001.mp4", "--keep-frames", "2", "--count", "1",
          "--out", "continued", "--live", "live.jpg")
        #expect(
          list("continued")
            == ["00000", "original", "partial"].flatMap {
              ["00001-\($0).h264", "00001-\($0).mp4"]
            })
        let original = try Data(contentsOf: folder.appendingPathComponent("clips/00001.mp4"))
        let kept = try Data(
          contentsOf: folder.appendingPathComponent("continued/00001-original.mp4"))
        #expect(original == kept)

        _ = try Program.run(
          ["canonicalize", "clips/00001.mp4", "--codec", "avc", "--out", "canonical"] + size,
          in: folder)
        #expect(list("canonical") == ["00001.h264", "00001.mp4"])
        // The copy for players would take the place of the clip itself.
        let refused = try Program.run(
          ["canonicalize", "clips", "--codec", "avc", "--out", "clips"] + size, in: folder)
        #expect(refused.status == 64)
        #expect(
          refused.errorLines
            == ["Error: clips/00000.mp4 is an input and would be replaced; give another folder."])
        #expect(list("clips") == (0..<6).map { "0000\($0).mp4" })
        let score = try run("score", "run", "clips/00000.mp4", "--json")
        #expect(score.contains("baseline_share") && !score.contains("jpeg_share"))
        #expect(try run("score", "run", "clips/00000.mp4", "--map", "maps").contains("bits/byte"))
        #expect(list("maps") == ["00000.jpg"])

        let text = try run(
          "eval", "run", "--real", "clips", "--count", "4", "--keep-frames", "1",
          "--no-distances", "--temperature", "0", "--json")
        let clips = try #require(
          try JSONDecoder().decode(Evaluated.self, from: Data(text.utf8)).clips)
        #expect(clips.kept_frames == 1 && clips.real_motion.clips == 4)
        #expect(clips.continuation?.frame_psnr.count == 2)
        #expect(clips.repetition.map { $0.mean_psnr > 0 } == true)
      }
    }
  }
#else
  @Suite struct VideoWalkTests {
    @Test(arguments: [
      ["draw-clips", "clips"], ["train", "clips", "--codec", "avc", "--out", "run"],
      ["canonicalize", "clips", "--codec", "avc", "--out", "small"],
    ])
    func `a build without the trait says in one line how to get one with it`(
      arguments: [String]
    ) throws {
      try withTemporaryFolder { folder in
        let clips = folder.appendingPathComponent("clips")
        try FileManager.default.createDirectory(at: clips, withIntermediateDirectories: true)
        try Data([0, 0, 1]).write(to: clips.appendingPathComponent("clip.h264"))
        let outcome = try Program.run(arguments, in: folder)
        #expect(outcome.status != 0)
        #expect(
          outcome.errorLines
            == ["Error: unsupported: H.264 in this build; build the package with its trait AVC"])
      }
    }
  }
#endif

@Suite struct VideoOptionTests {
  @Test(arguments: [
    (["--codec", "avc", "--quality", "30"], "--quality is for --codec jpeg."),
    (["--fps", "3"], "--fps is for --codec avc."),
    (["--codec", "avc", "--stream", "scan"], "--stream scan is for --codec jpeg."),
    (["--stream", "annexb"], "--stream annexb is for --codec avc."),
    (["--codec", "avc", "--qp", "0"], "invalid profile: QP 0 is outside 1 ... 51."),
    (
      ["--codec", "avc", "--size", "63"],
      "invalid profile: 63 × 63: both sides must be even."
    ),
  ])
  func `options that do not go with the codec are named`(
    options: [String], message: String
  ) throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(["train", "clips", "--out", "run"] + options, in: folder)
      #expect(outcome.status == 64)
      #expect(outcome.errorLines == ["Error: \(message)"])
    }
  }
}
