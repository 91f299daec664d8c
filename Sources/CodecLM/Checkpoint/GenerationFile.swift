import Foundation

/// `generation_config.json`: how a model's tokens are best drawn, with Hugging Face's field names.
struct GenerationFile: Codable {
  static let name = "generation_config.json"

  let doSample: Bool?
  let temperature: Float?
  /// 0 is none.
  let topK: Int?
  let topP: Double?
  let begin: Int32?
  let end: Int32?

  private enum CodingKeys: String, CodingKey {
    case doSample = "do_sample"
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case begin = "bos_token_id"
    case end = "eos_token_id"
  }

  init(_ sampling: Sampling, _ tokenizer: Tokenizer) {
    doSample = true
    temperature = sampling.temperature
    topK = sampling.topK ?? 0  // Left out, it would be transformers' 50.
    topP = sampling.topP ?? 1
    (begin, end) = (tokenizer.beginToken, tokenizer.endToken)
  }

  /// What the file of a folder says; `nil` without such a file, and where it does not ask for drawing, as
  /// files that were made along with a model and that nobody thought of.
  ///
  /// - Throws: ``FileError``.
  static func sampling(of folder: URL) throws -> Sampling? {
    let url = folder.appendingPathComponent(name)
    guard FolderListing.kind(of: url.path) != .missing else { return nil }
    let file = try JSONFile.read(GenerationFile.self, url)
    guard file.doSample == true else { return nil }
    let sampling = Sampling(
      temperature: file.temperature ?? 1, topK: file.topK == 0 ? nil : file.topK,
      topP: file.topP == 1 ? nil : file.topP)
    guard sampling.temperature >= 0, sampling.temperature.isFinite, sampling.topK ?? 1 >= 1,
      sampling.topP.map({ $0 > 0 && $0 <= 1 }) ?? true
    else {
      throw FileError.malformed(
        path: url.path, reason: "temperature, top_k or top_p is outside its range")
    }
    return sampling
  }
}
