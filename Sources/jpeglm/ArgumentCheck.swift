import ArgumentParser
import CodecLM

/// What is wrong with arguments whatever the command, as a shell's mistakes are.
enum ArgumentCheck {
  /// - Throws: `ValidationError`.
  static func check(_ arguments: [String]) throws {
    let values = arguments.map(value)
    if values.contains("") {
      throw ValidationError(
        "An argument is empty, perhaps from a variable that is not set; name the file or folder.")
    }
    // In quotes the shell leaves it, and a folder of this name would be made.
    if let path = values.first(where: { $0 == "~" || $0.hasPrefix("~/") }) {
      throw ValidationError(
        """
        In quotes the shell does not expand ~ to your home folder: \(path). Write \
        $HOME\(path.dropFirst()), or ./\(path) for a file of that name.
        """)
    }
  }

  /// An argument, of `--name=value` the value.
  private static func value(_ argument: String) -> String {
    guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else { return argument }
    return String(argument[sign...].dropFirst())
  }
}
