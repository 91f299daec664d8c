import CodecLM
import Foundation

/// Parts of a page.
enum HTML {
  /// One line of text in which no character means anything else than itself, whatever stands behind it: a
  /// quote with an accent is one `Character`, and still ends an attribute.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in PlainText.line(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;".unicodeScalars
      case "<": result += "&lt;".unicodeScalars
      case ">": result += "&gt;".unicodeScalars
      case "\"": result += "&quot;".unicodeScalars
      case "'": result += "&#39;".unicodeScalars
      default: result.append(scalar)
      }
    }
    return String(result)
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

  static let generator = #"<meta name="generator" content="jpeglm">"#

  /// A page that needs nothing outside it.
  static func page(_ title: String, _ sections: [String]) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    \(generator)
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(title))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <main>
    <h1>\(escaped(title))</h1>
    \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  /// Names and what they are.
  static func definitions(_ lines: [(String, String)]) -> String {
    let items = lines.map { "<dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd>" }
    return "<dl>\(items.joined())</dl>"
  }

  /// A JPEG file in the page itself.
  static func image(file: [UInt8], alternative: String) -> String {
    let data = Data(file).base64EncodedString()
    return """
      <img alt="\(escaped(alternative))" src="data:image/jpeg;base64,\(data)">
      """
  }

  /// A picture in the page itself, made smaller if it is large.
  ///
  /// - Throws: `CodecError`.
  static func image(_ picture: PixelImage, alternative: String) throws -> String {
    image(file: try shrunk(picture).jpegFile(quality: 92), alternative: alternative)
  }

  /// A picture as a page shows it.
  static func shrunk(_ picture: PixelImage) -> PixelImage {
    let side = max(picture.width, picture.height)
    guard side > largestSide else { return picture }
    return picture.resized(
      width: max(1, picture.width * largestSide / side),
      height: max(1, picture.height * largestSide / side))
  }

  private static let largestSide = 160

  /// A whole number, or a dash.
  static func count(_ number: Int?) -> String { number.map { "\($0)" } ?? "–" }
}
