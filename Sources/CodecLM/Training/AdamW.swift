import Foundation

/// AdamW (Loshchilov and Hutter, *Decoupled weight decay regularization*, 2019): decay on matrices,
/// none on norms.
public enum AdamW {
  /// Constants of the method.
  public struct Options: Sendable, Codable, Hashable {
    /// Decay of the mean of gradients.
    public var beta1: Float = 0.9
    /// Decay of the mean of their squares.
    public var beta2: Float = 0.95
    /// Added to the root of the latter.
    public var epsilon: Float = 1e-8
    /// λ: each step a matrix shrinks by learning rate × λ.
    public var weightDecay: Float = 0.1

    /// The usual constants.
    public init() {}
  }

  /// A stretch of the parameters, short enough that several share a tensor.
  struct Task: Sendable {
    let range: Range<Int>
    let decays: Bool
  }

  /// The update of each task's parameters at one step.
  struct Update: Sendable {
    let options: Options
    let first: FloatBuffer
    let second: FloatBuffer
    let gradientScale: Float
    let step: Int
    let learningRate: Float

    func apply(_ task: Task, to parameters: FloatBuffer, _ gradients: FloatBuffer) {
      Kernels.adamW(
        task.range, parameters: parameters, gradients: gradients, first: first, second: second,
        Kernels.AdamWStep(
          gradientScale: gradientScale, beta1: options.beta1, beta2: options.beta2,
          epsilon: options.epsilon, learningRate: learningRate,
          decay: task.decays ? learningRate * options.weightDecay : 0,
          correction1: 1 / (1 - pow(options.beta1, Float(step))),
          correction2: 1 / (1 - pow(options.beta2, Float(step)))))
    }
  }

  /// Floats in one task; sums are ordered by task, so this is no function of the threads.
  private static let block = 1 << 16

  static func tasks(of regions: [BufferLayout.Region]) -> [Task] {
    regions.flatMap { region in
      stride(from: region.offset, to: region.range.upperBound, by: block).map { start in
        Task(
          range: start..<min(start + block, region.range.upperBound),
          decays: region.shape.count > 1)
      }
    }
  }
}
