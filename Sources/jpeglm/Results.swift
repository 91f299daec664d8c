import CodecLM
import CodecLMEvaluation
import Foundation

/// Writes lines on standard output.
///
/// All results go this way: it fails where they cannot be written, and what a file's name holds does not act
/// on the terminal.
func printResult(_ text: String) throws {
  try StandardOutput.write([UInt8]((PlainText.lines(text) + "\n").utf8))
}

/// Writes a value as one JSON object on standard output.
func printJSON(
  _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
) throws {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = keys
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let text = String(decoding: try encoder.encode(value), as: UTF8.self)
  try StandardOutput.write([UInt8]((PlainText.json(text) + "\n").utf8))
}
