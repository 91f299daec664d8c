import Foundation

/// `generation_config.json`: how a model's tokens are best drawn, with Hugging Face's field names.
enum GenerationFile {
  static let name = "generation_config.json"

  /// What is read of it; other programs write much more.
  private struct Fields: Decodable {
    let do_sample: Bool?
    let temperature: Float?
    /// 0 is none.
    let top_k: Int?
    let top_p: Double?
  }

  /// What is written.
  struct Contents: Encodable {
    let do_sample = true
    let temperature: Float
    let top_k: Int
    let top_p: Double
    let bos_token_id: Int32
    let eos_token_id: Int32

    init(_ sampling: SamplingParameters, _ tokenizer: Tokenizer) {
      temperature = sampling.temperature
      top_k = sampling.topK ?? 0  // Left out, it would be transformers' 50.
      top_p = sampling.topP ?? 1
      (bos_token_id, eos_token_id) = (tokenizer.beginToken, tokenizer.endToken)
    }
  }

  /// What the file of a folder says; `nil` without such a file, and where it does not ask for drawing, as
  /// files that were made along with a model and that nobody thought of.
  ///
  /// - Throws: ``FileError``.
  static func sampling(of folder: URL) throws -> SamplingParameters? {
    let url = folder.appendingPathComponent(name)
    guard FolderListing.kind(of: url.path) != .missing else { return nil }
    let fields = try JSONFile.read(Fields.self, url)
    guard fields.do_sample == true else { return nil }
    let sampling = SamplingParameters(
      temperature: fields.temperature ?? 1, topK: fields.top_k == 0 ? nil : fields.top_k,
      topP: fields.top_p == 1 ? nil : fields.top_p)
    guard sampling.temperature >= 0, sampling.temperature.isFinite, sampling.topK ?? 1 >= 1,
      sampling.topP.map({ $0 > 0 && $0 <= 1 }) ?? true
    else {
      throw FileError.malformed(path: url.path, reason: Checkpoint.Fault.sampling)
    }
    return sampling
  }
}
