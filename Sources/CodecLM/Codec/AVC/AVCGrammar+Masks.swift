extension AVCGrammar.Rules {
  /// The numbers of `count` bits that may follow in a slice.
  func numbers(of count: Int, _ slice: Slice, _ picture: Picture) -> ByteSet {
    let free = Int(slice.numberBits)
    if free >= count { return ByteSet(below: 1 << count) }
    var numbers = ByteSet()
    if free > 0, slice.element != .levelSuffix {
      // The same may follow whatever the number.
      var next = slice
      next.numberBits = 1
      _ = read(false, &next, picture)
      numbers = self.numbers(of: count - free, next, picture)
      for bit in count - free..<count { numbers.formUnion(numbers, plus: 1 << bit) }
      return numbers
    }
    var (zero, one) = (slice, slice)
    if read(false, &zero, picture) {
      numbers.formUnion(self.numbers(of: count - 1, zero, picture))
    }
    if read(true, &one, picture) {
      numbers.formUnion(self.numbers(of: count - 1, one, picture), plus: 1 << (count - 1))
    }
    return numbers
  }
}
