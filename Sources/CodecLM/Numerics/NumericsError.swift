/// What the numerics layer can fail at for reasons outside the program.
public enum NumericsError: Error, Equatable, CustomStringConvertible {
  /// The system refused to reserve this many bytes.
  case outOfMemory(bytes: Int)
  /// The process may not address enough memory for matrix products; `needed` bytes would do.
  case addressSpace(needed: Int)

  /// One line that says what failed and the way out.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes):
      let gibibytes = Double(bytes) / Double(1 << 30)
      let rounded = (gibibytes * 100).rounded() / 100
      return "not enough memory for \(rounded) GiB; use a smaller model, batch or context"
    case .addressSpace(let needed):
      return """
        the limit of address space (ulimit -v) is too low for OpenBLAS; \
        allow at least \(((needed >> 20) + 1) << 10) KiB
        """
    }
  }
}
