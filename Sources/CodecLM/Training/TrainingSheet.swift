package import Foundation

/// A contact sheet that training left in its run's `samples` folder.
package struct TrainingSheet: Sendable {
  /// The step after which the model wrote it.
  package let step: Int
  private let url: URL

  /// Where a run keeps its sheets.
  package static func folder(of run: URL) -> URL { run.appendingPathComponent("samples") }

  /// What the sheet of a step is called.
  package static func name(ofStep step: Int) -> String { StepName.sheet.text(step) }

  /// A run's sheets, the first step's first.
  package static func all(of run: URL) -> [TrainingSheet] {
    let folder = folder(of: run)
    let names = (try? Folders.names(in: folder)) ?? []
    return names.compactMap { name in
      StepName.sheet.step(name).map {
        TrainingSheet(step: $0, url: folder.appendingPathComponent(name))
      }
    }.sorted { $0.step < $1.step }
  }

  /// The first, the last and some between, whose steps grow by about one factor: a model changes most
  /// in its beginning.
  package static func spread(_ sheets: [TrainingSheet], count: Int) -> [TrainingSheet] {
    guard sheets.count > count, let first = sheets.first?.step, let last = sheets.last?.step
    else { return sheets }
    var chosen: [Int] = []
    for index in 0..<count {
      let share = Double(index) / Double(count - 1)
      let wanted = Double(max(first, 1)) * pow(Double(last) / Double(max(first, 1)), share)
      // Enough are left for the places that follow.
      let range = (chosen.last ?? -1) + 1...sheets.count - (count - index)
      let nearest = range.min {
        abs(Double(sheets[$0].step) - wanted) < abs(Double(sheets[$1].step) - wanted)
      }
      chosen.append(nearest ?? range.lowerBound)
    }
    return chosen.map { sheets[$0] }
  }

  /// The file.
  ///
  /// - Throws: ``FileError/cannotRead(path:reason:)``.
  package func file() throws(FileError) -> [UInt8] { try FileBytes.read(url.path) }
}
