import ArgumentParser
import CodecLM
import Foundation

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take a JPEG file apart: markers, tables, coefficients and what each costs.",
    discussion: """
      Prints each marker segment with its offset and contents, then for each scan the number of MCUs \
      and how the bits divide among DC differences, AC coefficients, EOB, ZRL, padding, stuffing and \
      restart markers. Files in sequential Huffman coding with 8-bit samples, baseline or not, are \
      taken apart; of progressive, arithmetic, lossless and 12-bit files only the markers are printed. \
      A fault is reported with its byte offset, and the exit status is then 1. This includes faults \
      that decoders ignore, such as a component that is in no scan.

        jpeglm inspect photo.jpg
        jpeglm inspect photo.jpg --mcu 0
        jpeglm inspect photo.jpg --json
      """)

  @Argument(help: ArgumentHelp("A JPEG file.", valueName: "file"))
  var path: String

  @Option(help: "Also print the data units of this MCU, counted from 0, code by code.")
  var mcu: Int?

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    if let mcu, mcu < 0 { throw ValidationError("--mcu \(mcu) is not at least 0.") }
  }

  /// Why the file could not be taken apart to its end.
  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  func run() throws {
    let file = try FileBytes.read(path)
    let inspection: JPEGInspection
    do {
      inspection = try JPEGInspection(file, mcu: mcu)
    } catch {
      throw Failure(description: "\(path): \(error)")
    }
    if json {
      try printJSON(inspection, keys: .convertToSnakeCase)
    } else {
      try InspectionText(inspection).printAll(path: path, mcu: mcu)
    }
    if let fault = inspection.fault {
      throw Failure(description: "\(path): \(fault)")
    }
    if let process = inspection.unsupported {
      let wayOut =
        isDecodable(file) ? "; jpeglm canonicalize makes a baseline file of it" : ""
      throw Failure(
        description: "\(path): \(process) cannot be taken apart, only sequential Huffman coding "
          + "with 8-bit samples\(wayOut)")
    }
    if let mcu, inspection.dataUnits.isEmpty {
      let count = inspection.scans.map(\.mcuCount).max() ?? 0
      throw Failure(description: "\(path): there is no MCU \(mcu); they are 0 … \(count - 1)")
    }
  }

  /// Whether `canonicalize` takes the file: which processes it does depends on the libjpeg that is linked.
  private func isDecodable(_ file: [UInt8]) -> Bool {
    (try? JPEGCodec(JPEGProfile(size: 8)).image(of: file)) != nil
  }
}
