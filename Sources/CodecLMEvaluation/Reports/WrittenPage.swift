import CodecLM
import Foundation

/// Pages that the program writes, known again by what they say of themselves.
package enum WrittenPage {
  /// Whether a file's bytes are of such a page.
  package static func isOwn(_ file: [UInt8]) -> Bool {
    Data(file.prefix(1_024)).range(of: Data(HTML.generator.utf8)) != nil
  }
}
