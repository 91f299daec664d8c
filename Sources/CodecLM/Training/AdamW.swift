import Foundation

/// AdamW (Loshchilov and Hutter, *Decoupled weight decay regularization*, 2019): decay on matrices,
/// none on norms.
public struct AdamW: Sendable {
  /// Constants of the method.
  public struct Options: Sendable, Codable, Equatable {
    /// Decay of the mean of gradients.
    public var beta1: Float = 0.9
    /// Decay of the mean of their squares.
    public var beta2: Float = 0.95
    /// Added to the root of the latter.
    public var epsilon: Float = 1e-8
    /// λ: each step a matrix shrinks by learning rate × λ.
    public var weightDecay: Float = 0.1
    /// Gradients are scaled down to this global norm when theirs is larger.
    public var clip: Double = 1

    /// The usual constants.
    public init() {}
  }

  let options: Options
  let first: FloatBuffer
  let second: FloatBuffer
  private let tasks: [Task]
  private let pool: WorkerPool

  private struct Task: Sendable {
    let range: Range<Int>
    let decays: Bool
  }

  /// Floats in one task; sums are ordered by task, so this is no function of the threads.
  private static let block = 1 << 16

  package init(_ layout: BufferLayout, _ options: Options, pool: WorkerPool) throws {
    self.options = options
    self.pool = pool
    first = try FloatBuffer(count: layout.count)
    second = try FloatBuffer(count: layout.count)
    tasks = layout.regions.flatMap { region in
      stride(from: region.offset, to: region.range.upperBound, by: Self.block).map { start in
        Task(
          range: start..<min(start + Self.block, region.range.upperBound),
          decays: region.shape.count > 1)
      }
    }
  }

  /// The global norm of a buffer of gradients, whatever the number of threads to the last bit.
  package func norm(_ gradients: FloatBuffer) -> Double {
    let tasks = tasks
    return pool.map(tasks.count) { Kernels.sumOfSquares(gradients, tasks[$0].range) }
      .reduce(0, +).squareRoot()
  }

  /// Updates parameters and moments; `step` counts from 1.
  package func update(
    _ parameters: FloatBuffer, gradients: FloatBuffer, norm: Double, step: Int, learningRate: Float
  ) {
    // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
    let scale = min(1, options.clip / (norm + 1e-6))
    let (tasks, first, second, options) = (tasks, first, second, options)
    pool.forEach(tasks.count) { index, _ in
      let task = tasks[index]
      Kernels.adamW(
        task.range, parameters: parameters, gradients: gradients, first: first, second: second,
        Kernels.AdamWStep(
          gradientScale: Float(scale), beta1: options.beta1, beta2: options.beta2,
          epsilon: options.epsilon, learningRate: learningRate,
          decay: task.decays ? learningRate * options.weightDecay : 0,
          correction1: 1 / (1 - pow(options.beta1, Float(step))),
          correction2: 1 / (1 - pow(options.beta2, Float(step)))))
    }
  }
}
