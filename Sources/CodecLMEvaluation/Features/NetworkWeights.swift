import CodecLM
package import Foundation

/// Weights of a network's layers in a file, each convolution with its batch normalisation.
package struct NetworkWeights: Sendable {
  private let file: any TensorFile
  /// What batch normalisation adds to the variance.
  private let epsilon: Double

  /// Opens a safetensors file or a PyTorch state dict.
  ///
  /// - Throws: `FileError` when the file is neither.
  package init(_ url: URL, epsilon: Double) throws {
    let start = try MappedFile(path: url.path)
    // A safetensors file has the length of its header, then the header, which is JSON.
    let isSafeTensors = start.count > 8 && start.bytes(8..<9) == [UInt8(ascii: "{")]
    file = isSafeTensors ? try SafeTensors(url) : try PyTorchFile(url)
    self.epsilon = epsilon
  }

  /// A convolution that does what convolution and normalisation do one after the other.
  package struct Folded: Sendable {
    /// [outputs, inputs, rows, columns].
    package let weights: [Float]
    package let bias: [Float]
  }

  /// The convolution `convolution`.weight of a shape [outputs, inputs, rows, columns], and the batch
  /// normalisation of its outputs: y = γ (x − μ) / √(σ² + ε) + β.
  ///
  /// - Throws: `FileError` when a tensor is missing or has another shape or type.
  package func folded(_ convolution: String, norm: String, shape: [Int]) throws -> Folded {
    let channels = [shape[0]]
    var weights = try tensor("\(convolution).weight", shape: shape)
    let gamma = try tensor("\(norm).weight", shape: channels)
    let beta = try tensor("\(norm).bias", shape: channels)
    let mean = try tensor("\(norm).running_mean", shape: channels)
    let variance = try tensor("\(norm).running_var", shape: channels)
    var bias: [Float] = []
    let perOutput = weights.count / shape[0]
    for output in 0..<shape[0] {
      let scale = Double(gamma[output]) / (Double(variance[output]) + epsilon).squareRoot()
      for index in output * perOutput..<(output + 1) * perOutput {
        weights[index] = Float(Double(weights[index]) * scale)
      }
      bias.append(Float(Double(beta[output]) - Double(mean[output]) * scale))
    }
    return Folded(weights: weights, bias: bias)
  }

  private func tensor(_ name: String, shape: [Int]) throws(FileError) -> [Float] {
    try file.tensor(name, shape: shape).floats() ?? []
  }
}
