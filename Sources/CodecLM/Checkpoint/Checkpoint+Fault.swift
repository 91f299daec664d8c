extension Checkpoint {
  /// Why a folder is no checkpoint, where each of its files may be fine.
  package enum Fault: FileFault {
    /// There is no folder.
    case noFolder
    /// The model's vocabulary is smaller than the tokenizer's.
    case vocabulary(Int, tokenizer: Int)
    /// There are no weights under any of the usual names, of which this is the second.
    case noWeights(nor: String)
    /// An index names a file that is not beside it.
    case shardName(String)
    /// A file has no tensor of a name that its index says.
    case shard(String, lacks: String)
    /// So many tensors are too few for the configuration's layers.
    case tooFewTensors(Int, layers: Int)
    /// A tensor that the configuration does not speak of.
    case stranger(String)
    /// What the folder says of drawing is outside its range.
    case sampling

    package var description: String {
      switch self {
      case .noFolder: "no such folder; check the path"
      case .vocabulary(let model, let tokenizer):
        "vocab_size is \(model), the tokenizer has \(tokenizer)"
      case .noWeights(let other): "no such file, nor \(other), nor an index of either"
      case .shardName(let name): "\(name) is no name of a file beside it"
      case .shard(let name, let tensor): "\(name) has no \(tensor)"
      case .tooFewTensors(let count, let layers):
        "holds \(count) tensors, too few for \(layers) layers"
      case .stranger(let name):
        "holds \(name), which a Llama of this configuration does not have"
      case .sampling: "temperature, top_k or top_p is outside its range"
      }
    }
  }
}

extension CodecError: FileFault {}
