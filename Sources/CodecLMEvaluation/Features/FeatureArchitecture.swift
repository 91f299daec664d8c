import CodecLM
public import Foundation

/// The feature networks that are built in, and where their weights are.
public enum FeatureArchitecture: String, Sendable, Codable, CaseIterable {
  /// ``EfficientNetLite0``: small, and its weights can be installed by name.
  case efficientNetLite0 = "efficientnet-lite0"
  /// ``InceptionV3``: the network of the Fréchet Inception distance.
  case inceptionV3 = "inception-v3"

  /// Name of the file of weights in the cache, which is the publisher's.
  private var fileName: String {
    switch self {
    case .efficientNetLite0: "efficientnet-lite0-57934424.pth"
    case .inceptionV3: "pt_inception-2015-12-05-6726825d.pth"
    }
  }

  /// Where weights are looked for: `codeclm` in the user's folder for caches, `$XDG_CACHE_HOME`
  /// or `~/.cache` on Linux and `~/Library/Caches` on macOS.
  ///
  /// Without `HOME`, `~` is what the password
  /// database says.
  public var installedWeights: URL {
    UserFolders.caches().appendingPathComponent("codeclm").appendingPathComponent(fileName)
  }

  /// The network with weights of a file, or with ``installedWeights``.
  ///
  /// - Throws: ``FeatureWeightsMissing``; `FileError` when the file is not one of this network's
  ///   weights.
  public func network(weights: URL? = nil) throws -> any FeatureNetwork {
    let url = weights ?? installedWeights
    guard FolderListing.kind(of: url.path) != .missing else {
      throw FeatureWeightsMissing(architecture: self, path: url.path)
    }
    return switch self {
    case .efficientNetLite0: try EfficientNetLite0(weights: url)
    case .inceptionV3: try InceptionV3(weights: url)
    }
  }
}

/// There is no file of a network's weights at a path.
public struct FeatureWeightsMissing: Error, Equatable, Sendable, CustomStringConvertible {
  /// Whose weights.
  public let architecture: FeatureArchitecture
  /// Where they were looked for.
  public let path: String

  /// One line that names the file and the way out.
  public var description: String {
    switch architecture {
    case .efficientNetLite0:
      """
      there are no weights of EfficientNet-lite0 at \(path); \
      Scripts/models/install-feature-weights.py installs them
      """
    case .inceptionV3:
      "there are no weights of Inception-v3 at \(path)"
    }
  }
}
