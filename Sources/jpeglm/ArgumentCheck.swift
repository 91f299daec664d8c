import ArgumentParser
import CodecLM

/// What is wrong with arguments whatever the command, as a shell's mistakes are.
enum ArgumentCheck {
  /// - Throws: `ValidationError`.
  static func check(_ arguments: [String]) throws {
    if arguments.contains(where: { $0.isEmpty || $0.hasSuffix("=") && $0.hasPrefix("--") }) {
      throw ValidationError(
        "An argument is empty, as of a variable that is not set; name the file or folder.")
    }
    // In quotes the shell leaves it, and a folder of this name would be made.
    if let path = arguments.first(where: { $0 == "~" || $0.hasPrefix("~/") }) {
      throw ValidationError(
        """
        \(path) is taken as it stands: in quotes ~ is not your home. Write \
        $HOME\(path.dropFirst()), or ./\(path) for a file of that name.
        """)
    }
  }
}
