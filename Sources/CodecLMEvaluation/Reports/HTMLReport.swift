public import CodecLM
public import Foundation

/// An evaluation as one page without anything outside it, for a browser.
public struct HTMLReport: Sendable {
  /// The numbers and their protocol.
  public let report: EvaluationReport
  /// Pictures to look at.
  public var sheets: [Sheet] = []
  /// Generated pictures beside the real ones nearest to them.
  public var neighbours: [Neighbours] = []
  /// Lengths of the sets' pictures in bits.
  public var lengths: [Lengths] = []

  /// Pictures of one set.
  public struct Sheet: Sendable {
    /// What they are.
    public let title: String
    /// The pictures.
    public let pictures: [PixelImage]
    /// Pictures in a row, where rows mean something.
    public let columns: Int?

    /// A sheet.
    public init(_ title: String, _ pictures: [PixelImage], columns: Int? = nil) {
      self.title = title
      self.pictures = pictures
      self.columns = columns
    }
  }

  /// A picture and those of the reference nearest to it.
  public struct Neighbours: Sendable {
    /// The picture.
    public let picture: PixelImage
    /// The nearest first, with the distance of their features.
    public let nearest: [(picture: PixelImage, name: String, distance: Double)]

    /// A picture and its neighbours.
    public init(
      _ picture: PixelImage, nearest: [(picture: PixelImage, name: String, distance: Double)]
    ) {
      self.picture = picture
      self.nearest = nearest
    }
  }

  /// How long the pictures of a set are.
  public struct Lengths: Sendable {
    /// What the set is called.
    public let name: String
    /// Bits of each picture.
    public let bits: [Int]

    /// Lengths of a set.
    public init(name: String, bits: [Int]) {
      self.name = name
      self.bits = bits
    }
  }

  /// A picture made as small as a page shows it, so that a sheet of photos takes little memory.
  public static func shrunk(_ picture: PixelImage) -> PixelImage { HTML.shrunk(picture) }

  /// A page of a report.
  public init(_ report: EvaluationReport) { self.report = report }

  /// Writes the page, complete or not at all.
  ///
  /// - Throws: `FileError`, `CodecError`.
  public func write(to url: URL) throws {
    try AtomicFile.write([UInt8](try page().utf8), to: url)
  }

  /// The page.
  ///
  /// - Throws: `CodecError` when a picture cannot be encoded.
  public func page() throws -> String {
    let title = report.generation.map { "Evaluation of \($0.model)" } ?? "Evaluation"
    let sections = [
      results(), clips(), HTML.list(report.warnings, class: "warnings"), try pictures(),
      try nearest(),
      histogram(), files(), settings(),
    ]
    return HTML.page(title, sections)
  }

  var distanceName: String { report.features?.distanceName ?? "Fréchet distance" }

  private func pictures() throws -> String {
    guard !sheets.isEmpty else { return "" }
    let figures = try sheets.map { sheet in
      let images = try sheet.pictures.map { try HTML.image($0, alternative: "") }
      let columns = sheet.columns.map { " style=\"--columns: \($0)\"" } ?? ""
      return """
        <figure><figcaption>\(HTML.escaped(sheet.title))</figcaption>
        <div class="sheet"\(columns)>\(images.joined())</div></figure>
        """
    }
    return HTML.section(
      "Pictures", "<div class=\"sheets\">\(figures.joined(separator: "\n"))</div>")
  }

  private func nearest() throws -> String {
    guard !neighbours.isEmpty else { return "" }
    let rows = try neighbours.map { row in
      let nearest = try row.nearest.map { neighbour in
        """
        <figure>\(try HTML.image(neighbour.picture, alternative: neighbour.name))\
        <figcaption title="\(HTML.escaped(neighbour.name))">\(Format.fixed(neighbour.distance, 1))\
        </figcaption></figure>
        """
      }
      return """
        <div class="row"><figure class="own">\(try HTML.image(row.picture, alternative: "generated"))\
        <figcaption>generated</figcaption></figure>\(nearest.joined())</div>
        """
    }
    return HTML.section(
      "Nearest real pictures",
      """
      <p>Generated pictures, and the real ones whose features are nearest, with the distance. A model \
      that repeats what it has seen shows pictures beside their twins.</p>
      <div class="neighbours">\(rows.joined(separator: "\n"))</div>
      """)
  }

  private func histogram() -> String {
    guard let histogram = Histogram(lengths.filter { !$0.bits.isEmpty }) else { return "" }
    return HTML.section("Bits per image", histogram.html)
  }

  private func files() -> String {
    let rows = report.sets.map { set -> [String] in
      let validity = set.validity
      let clean = validity.map { $0.decoded - $0.warnings.count }
      return [
        HTML.escaped(set.name), HTML.escaped(set.origin), HTML.count(validity?.files),
        HTML.count(clean), HTML.count(validity?.warnings.count),
        HTML.count(validity?.unreadable.count),
        set.bitsPerImage.map { Format.fixed($0, 1) } ?? "–",
      ]
    }
    let table = HTML.table(
      ["set", "from", "files", "decode", "with a warning", "do not", "bits per image"], rows,
      textColumns: 2)
    let faults = report.sets.flatMap { set in
      ((set.validity?.unreadable ?? []) + (set.validity?.warnings ?? [])).map {
        "\(set.name): \($0)"
      }
    }
    let shown = Array(faults.prefix(50))
    let more = faults.count > 50 ? ["and \(faults.count - 50) more"] : []
    let details =
      faults.isEmpty
      ? ""
      : """
      <details><summary>Files with faults</summary>\(HTML.list(shown + more, class: "faults"))\
      </details>
      """
    return HTML.section("Files", table + details)
  }
}
