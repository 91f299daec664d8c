import Foundation

/// Parts of a page.
enum HTML {
  /// Text in which no character means anything else than itself.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  static func section(_ title: String, _ content: String) -> String {
    "<section><h2>\(escaped(title))</h2>\n\(content)\n</section>"
  }

  static func list(_ items: [String], class name: String) -> String {
    items.isEmpty
      ? "" : "<ul class=\"\(name)\">\(items.map { "<li>\(escaped($0))</li>" }.joined())</ul>"
  }

  /// A table of cells that are HTML already; all but the first columns are numbers.
  static func table(_ headings: [String], _ rows: [[String]], textColumns: Int) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { index, cell in
        "<\(tag)\(index < textColumns ? "" : " class=\"number\"")>\(cell)</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
    return """
      <div class="wide"><table><thead><tr>\(cells(headings.map(escaped), "th"))</tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }

  /// A picture in the page itself, made smaller if it is large.
  ///
  /// - Throws: ``CodecError``.
  static func image(_ picture: PixelImage, alternative: String) throws -> String {
    let side = max(picture.width, picture.height)
    var shown = picture
    if side > largestSide {
      shown = picture.resized(
        width: max(1, picture.width * largestSide / side),
        height: max(1, picture.height * largestSide / side))
    }
    let data = Data(try shown.jpegFile(quality: 92)).base64EncodedString()
    return "<img alt=\"\(escaped(alternative))\" src=\"data:image/jpeg;base64,\(data)\">"
  }

  private static let largestSide = 160

  static func fixed(_ number: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", number)
  }

  /// A whole number, or a dash.
  static func count(_ number: Int?) -> String { number.map { "\($0)" } ?? "–" }
}
