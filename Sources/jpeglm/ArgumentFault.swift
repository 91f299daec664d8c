import CodecLM

/// What is wrong with a file that a command was given, for that command.
enum ArgumentFault: FileFault {
  /// A folder of a model with more than one fault.
  case doesNotOpen([String])
  /// A word of a file of token ids is none.
  case noTokenID(String)
  /// A result would have a name longer than file systems allow.
  case longName
  /// There is a file of the name that a further sheet of pictures would get.
  case sheetExists(pictures: Int, sheets: Int)

  var description: String {
    switch self {
    case .doesNotOpen(let faults): "does not open: \(faults.joined(separator: "; "))"
    case .noTokenID(let word): "\"\(word)\" is not a token id"
    case .longName: "the result's name would be longer than 255 bytes"
    case .sheetExists(let pictures, let sheets):
      """
      \(pictures) pictures take \(sheets) sheets, and there is a file of that name; remove it or \
      give another --grid
      """
    }
  }
}
