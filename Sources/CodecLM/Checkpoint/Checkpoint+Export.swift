public import Foundation

extension Checkpoint {
  /// How an export stores weights.
  public enum Storage: String, Sendable, CaseIterable {
    /// 4 bytes, the parameters themselves.
    case f32
    /// 2 bytes, rounded to nearest, ties to even.
    case bf16

    var type: ElementType { self == .f32 ? .float32 : .bfloat16 }
  }

  /// Writes a Hugging Face folder of the model alone, without a run's states and metrics.
  ///
  /// - Throws: ``FileError``, ``NumericsError``.
  public func export(to folder: URL, storage: Storage) throws {
    try Folders.make(folder)
    let regions = weights.layout.buffer.regions
    let header = try SafeTensors.header(
      regions.map { ($0.name, $0.shape) }, type: storage.type)
    var writer = try TensorWriter(folder.appendingPathComponent(Self.weightsFile))
    try writer.append(header)
    for region in regions {
      try weights.withMatrix(region) { try writer.append($0, as: storage.type) }
    }
    try writer.finish()
    // Weights that cannot be used end the export before there is anything.
    try writeDescription(to: folder, storage: storage.type)
  }

  /// Writes a GGUF file for llama.cpp.
  ///
  /// Norms stay float32. The tokenizer is left out (`no_vocab`): its tokens are bytes, which
  /// llama.cpp's tokenizers do not have, so that programs give and get ids.
  ///
  /// - Throws: ``FileError``, ``NumericsError``.
  public func exportGGUF(to url: URL, storage: Storage) throws {
    let file = GGUF(configuration, tokenizer, storage.type)
    var writer = try TensorWriter(url)
    try writer.append(file.header)
    try writer.pad(to: GGUF.alignment)
    for tensor in file.tensors {
      if let factors = tensor.factors {
        let row = try Matrix(rows: 1, columns: factors.count)
        row.fill(from: factors)
        try writer.append(row, as: .float32)
      } else if let region = weights.layout.buffer[tensor.source] {
        try weights.withMatrix(region) {
          try writer.append($0, as: tensor.type, row: tensor.row)
        }
      }
      try writer.pad(to: GGUF.alignment)
    }
    try writer.finish()
  }
}
