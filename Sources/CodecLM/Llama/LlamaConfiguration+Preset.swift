extension LlamaConfiguration {
  /// Sizes that have a name, from a laptop minute to the paper's.
  public enum Preset: String, CaseIterable, Sendable {
    /// 96 wide, 4 layers: 0.5 million parameters.
    case nano
    /// 128 wide, 5 layers: 1.1 million.
    case tiny
    /// 192 wide, 5 layers: 2.3 million.
    case mini
    /// 256 wide, 6 layers: 5 million.
    case micro
    /// 512 wide, 8 layers: 25 million.
    case small
    /// 768 wide, 16 layers: 110 million.
    case base
    /// Llama 2 7B, the paper's model.
    case paper = "7b"
  }

  /// The configuration of a preset for a vocabulary and a context length.
  public static func preset(
    _ preset: Preset, vocabulary: Int, contextLength: Int
  ) -> LlamaConfiguration {
    let (width, hidden, layers, heads) =
      switch preset {
      case .nano: (96, 256, 4, 3)
      case .tiny: (128, 344, 5, 4)
      case .mini: (192, 512, 5, 6)
      case .micro: (256, 688, 6, 8)
      case .small: (512, 1_376, 8, 8)
      case .base: (768, 2_048, 16, 12)
      case .paper: (4_096, 11_008, 32, 32)
      }
    return LlamaConfiguration(
      vocabulary: vocabulary, hiddenSize: width, intermediateSize: hidden, layers: layers,
      heads: heads, contextLength: contextLength)
  }
}
