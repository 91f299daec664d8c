import Foundation

/// The weights of a Hugging Face folder, in one file or in several with an index.
///
/// Of the usual names the first that is there counts: `model.safetensors`, its index,
/// `pytorch_model.bin`, its index.
struct ModelFiles: TensorFile {
  /// The file, or the index of several.
  let path: String
  /// The tensors by name, of all files.
  let tensors: [String: StoredTensor]
  /// How many files there are.
  let count: Int

  private struct Index: Decodable {
    let files: [String: String]

    enum CodingKeys: String, CodingKey { case files = "weight_map" }
  }

  private static let names = ["model.safetensors", "pytorch_model.bin"]

  /// Maps the files of a folder.
  ///
  /// - Throws: ``FileError`` that names the file that is missing or malformed, ``NumericsError``.
  init(_ folder: URL) throws {
    for name in Self.names {
      let file = folder.appendingPathComponent(name)
      if FolderListing.kind(of: file.path) != .missing {
        path = file.path
        tensors = try Self.open(file).tensors
        count = 1
        return
      }
      let index = folder.appendingPathComponent("\(name).index.json")
      if FolderListing.kind(of: index.path) != .missing {
        path = index.path
        (tensors, count) = try Self.shards(of: index)
        return
      }
    }
    throw FileError.cannotRead(
      path: folder.appendingPathComponent(Self.names[0]).path,
      reason: Checkpoint.Fault.noWeights(nor: Self.names[1]))
  }

  private static func open(_ url: URL) throws -> any TensorFile {
    url.pathExtension == "safetensors" ? try SafeTensors(url) : try PyTorchFile(url)
  }

  private static func shards(
    of index: URL
  ) throws -> (tensors: [String: StoredTensor], count: Int) {
    func malformed(_ fault: Checkpoint.Fault) -> FileError {
      .malformed(path: index.path, reason: fault)
    }
    let map = try JSONFile.read(Index.self, index).files
    var tensors: [String: StoredTensor] = [:]
    let shards = Dictionary(grouping: map.keys) { map[$0] ?? "" }
    for (name, keys) in shards {
      guard name == (name as NSString).lastPathComponent, !name.hasPrefix(".") else {
        throw malformed(.shardName(name))
      }
      let shard = try open(index.deletingLastPathComponent().appendingPathComponent(name))
      for key in keys {
        guard let tensor = shard.tensors[key] else { throw malformed(.shard(name, lacks: key)) }
        tensors[key] = tensor
      }
    }
    return (tensors, shards.count)
  }
}
