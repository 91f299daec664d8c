import ArgumentParser
import CodecLM
import Foundation

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the tokens of canonical streams.",
    discussion: """
      Prints one line of ids for each file. The bytes are used as they are: streams that `jpeglm \
      canonicalize` wrote, or any others, cut at any byte. Special tokens are not added. --decode \
      reads such lines from the files and writes the bytes of all of them.

        jpeglm canonicalize photos --out streams --size 64 --stream scan
        jpeglm tokenize streams/*.scan --tokenizer run
      """)

  @Argument(help: "Files of bytes; with --decode, files of ids.")
  var inputs: [String]

  @Option(
    help: "A run, or a tokenizer file: tokenizer.json or SentencePiece's tokenizer.model.")
  var tokenizer: String

  @Flag(help: "Write the bytes that the ids in the files spell.")
  var decode = false

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: URL(place: tokenizer))
    for path in inputs {
      let bytes = try FileBytes.read(path)
      if decode {
        try StandardOutput.write(try tokenizer.decode(try ids(bytes, path)))
      } else {
        try printResult(tokenizer.encode(bytes).map(String.init).joined(separator: " "))
      }
    }
  }

  private func ids(_ bytes: [UInt8], _ path: String) throws -> [Int32] {
    try String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map {
      guard let id = Int32($0) else {
        throw FileError.malformed(
          path: path, reason: ArgumentFault.noTokenID(String($0.prefix(20))))
      }
      return id
    }
  }
}
