/// Names for results of files that may share theirs.
package enum DistinctNames {
  /// Each name that no other is equal to stays; the others get numbers.
  ///
  /// All results differ, also where capitals
  /// or the ways to write an accent count as one, as on file systems of macOS and Windows.
  ///
  /// Long names are cut, so that an ending fits behind them.
  package static func of(_ names: [String]) -> [String] {
    let short = names.map(shortened)
    let counts = Dictionary(short.map { (key($0), 1) }, uniquingKeysWith: +)
    var taken = Set(counts.keys)
    return short.enumerated().map { place, name in
      if counts[key(name)] == 1 { return name }
      var number = place
      while !taken.insert(key("\(name)-\(number)")).inserted { number += 1 }
      return "\(name)-\(number)"
    }
  }

  /// Swift compares strings by what they look like, however their accents are written.
  private static func key(_ name: String) -> String { name.lowercased() }

  /// Bytes of a name: most file systems take 255 with all that is put behind it.
  private static let longest = 200

  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > longest else { return name }
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in name.unicodeScalars {
      count += UTF8.width(scalar)
      if count > longest { break }
      result.append(scalar)
    }
    return String(result)
  }
}
