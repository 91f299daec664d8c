extension Int {
  /// The decimal digits with zeros before them up to a width, so that names sort by number.
  package func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
