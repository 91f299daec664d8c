import CodecLM
import Foundation

/// A picture file that shows how far streams have come, written anew now and then.
struct LivePreview {
  private let path: String
  /// Streams that are shown, the newest.
  private var cells: [(index: Int, bytes: [UInt8], picture: PixelImage?)] = []
  private let shown: Int
  private let total: Int
  private var finished = 0
  private var due = ContinuousClock.now

  /// Most streams on the sheet.
  private static let largest = 64
  /// Pause between two writings, and how many times as long as one took it lasts at least.
  private static let pause = Duration.milliseconds(300)
  private static let share = 20.0

  init(_ path: String, total: Int, _ codec: any Codec) throws {
    self.path = path
    self.total = total
    let picture = try codec.decode(codec.completed(.empty))
    // One sheet, of what fits on it.
    shown =
      ContactSheet().layout(
        of: min(total, Self.largest), width: picture.width, height: picture.height
      ).picturesPerSheet
  }

  mutating func add(_ event: GenerationEvent, count: Int, codec: any Codec) throws {
    switch event {
    case .bytes(let bytes, let id):
      let index = id.prompt * count + id.number
      let cell = cells.lastIndex { $0.index == index } ?? begin(index)
      cells[cell].bytes += bytes
    case .file(let file):
      finished += 1
      let cell = cells.lastIndex { $0.index == file.index } ?? begin(file.index)
      cells[cell].bytes = file.canonical
      cells[cell].picture = file.picture
    }
    guard ContinuousClock.now >= due || finished == total else { return }
    let start = ContinuousClock.now
    try write(codec)
    let end = ContinuousClock.now
    due = end + max(Self.pause, (end - start) * Self.share)
  }

  private mutating func begin(_ index: Int) -> Int {
    if cells.count == shown { cells.removeFirst() }
    cells.append((index, [], nil))
    return cells.count - 1
  }

  private func write(_ codec: any Codec) throws {
    let pictures = cells.sorted { $0.index < $1.index }.map { cell in
      cell.picture ?? (try? codec.decode(codec.completed(Prompt(bytes: cell.bytes))))
    }
    let sheet =
      total == 1
      ? pictures.first.flatMap { $0 }
      : ContactSheet(columns: Int(Double(shown).squareRoot().rounded(.up))).image(of: pictures)
    guard let sheet else { return }
    try ResultPlace.write(sheet.sheetFile(), to: path, by: "sample")
  }
}
