internal import CKernels
package import CodecLM

/// What a layer does to its sums: they are kept between two numbers.
package enum Activation: Sendable {
  case none
  case relu
  case relu6

  fileprivate var low: Float { self == .none ? -.infinity : 0 }
  fileprivate var high: Float { self == .relu6 ? 6 : .infinity }
}

extension Kernels {
  /// A convolution as a sum of terms: each is one block of input channels at one place of the kernel.
  package struct ConvolutionTerms: Sendable {
    /// Where a term's channels stand for the output pixel (0, 0), in floats from the input's start.
    package var offsets: [Int]
    /// Number of a term's channels, up to 16.
    package let lanes: [Int]

    package init(offsets: [Int], lanes: [Int]) {
      precondition(offsets.count == lanes.count && lanes.allSatisfy { (1...16).contains($0) })
      self.offsets = offsets
      self.lanes = lanes
    }

    package var count: Int { lanes.count }
    /// Number of weights of an output.
    package var inputs: Int { lanes.reduce(0, +) }
  }

  /// y = activation(bias + Σ weights · x (+ residual)) for some rows of y.
  ///
  /// - Parameters:
  ///   - start: index in `buffer` of the first output row's input at offset 0.
  ///   - pitch: floats from the input of one output row to that of the next; neighbouring pixels are
  ///     16 floats apart.
  ///   - weights: [blocks of y, inputs × 16], the 16 outputs of a block side by side.
  ///   - bias: a number for each output.
  ///   - residual: as large as y, from the same buffer.
  package static func convolve(
    _ buffer: FloatBuffer, from start: Int, pitch: Int, _ terms: ConvolutionTerms,
    weights: Matrix, bias: Matrix, _ activation: Activation, rows: Range<Int>, of y: BlockTensor,
    residual: BlockTensor? = nil
  ) {
    precondition(weights.rows == y.blocks && weights.columns == terms.inputs * 16)
    precondition(weights.isContiguous && bias.rows == 1 && bias.columns == y.blocks * 16)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= y.height && y.lanes == 16)
    let reach = start + (rows.count - 1) * pitch + y.width * 16
    precondition(start >= 0 && reach + (terms.offsets.max() ?? 0) <= buffer.count)
    check(y, buffer)
    let first = y.index(row: rows.lowerBound, column: 0)
    var addend: UnsafePointer<Float>?
    if let residual {
      check(residual, buffer)
      precondition(
        residual.height == y.height && residual.width == y.width && residual.blocks == y.blocks)
      unsafe addend = UnsafePointer(
        buffer.pointer + residual.index(row: rows.lowerBound, column: 0))
    }
    unsafe terms.offsets.withUnsafeBufferPointer { offsets in
      unsafe terms.lanes.withUnsafeBufferPointer { lanes in
        var convolution = unsafe codeclm_convolution(
          terms: terms.count, inputs: terms.inputs, offsets: offsets.baseAddress,
          lanes: lanes.baseAddress, outputs: y.blocks, weights: weights.pointer,
          bias: bias.pointer, low: activation.low, high: activation.high, y_plane: y.plane,
          residual_plane: residual?.plane ?? 0)
        unsafe codeclm_convolve(
          &convolution, rows.count, y.width, buffer.pointer + start, pitch,
          buffer.pointer + first, y.pitch, addend, residual?.pitch ?? 0)
      }
    }
  }

  /// Copies what each term sees of `rows` × `width` pixels, `step` floats apart, to
  /// [term, row, column, 16] from `target` on.
  package static func gatherPixels(
    _ buffer: FloatBuffer, from start: Int, pitch: Int, step: Int, offsets: [Int], rows: Int,
    width: Int, to target: Int
  ) {
    let reach = start + (rows - 1) * pitch + (width - 1) * step + 16
    precondition(start >= 0 && reach + (offsets.max() ?? 0) <= buffer.count && target % 16 == 0)
    precondition(target >= 0 && target + offsets.count * rows * width * 16 <= buffer.count)
    unsafe codeclm_gather_pixels(
      offsets.count, offsets, rows, width, step, buffer.pointer + start, pitch,
      buffer.pointer + target)
  }

  /// y = activation(bias + Σ weights · x), each channel by itself.
  ///
  /// - Parameters:
  ///   - kernel: its side, 3 or 5.
  ///   - stride: 1 or 2.
  ///   - origin: row and column of the input at which the first output's kernel begins, not positive.
  ///   - weights: [blocks, kernel² × 16].
  package static func depthwise(
    _ buffer: FloatBuffer, _ x: BlockTensor, kernel: Int, stride: Int,
    origin: (row: Int, column: Int), weights: Matrix, bias: Matrix, _ activation: Activation,
    into y: BlockTensor
  ) {
    precondition((kernel == 3 || kernel == 5) && (stride == 1 || stride == 2))
    precondition(x.blocks == y.blocks && x.lanes == 16 && y.lanes == 16)
    precondition(weights.rows == y.blocks && weights.columns == kernel * kernel * 16)
    precondition(weights.isContiguous && bias.rows == 1 && bias.columns == y.blocks * 16)
    check(x, buffer)
    check(y, buffer)
    // Traps if the last output's kernel ends outside.
    _ = x.index(
      row: origin.row + (y.height - 1) * stride + kernel,
      column: origin.column + (y.width - 1) * stride + kernel)
    unsafe codeclm_depthwise(
      kernel, stride, y.blocks, y.height, y.width, weights.pointer, bias.pointer, activation.low,
      activation.high, buffer.pointer + x.index(row: origin.row, column: origin.column), x.pitch,
      x.plane, buffer.pointer + y.index(row: 0, column: 0), y.pitch, y.plane)
  }

  /// What becomes of a window of pixels; outside the picture there are none.
  package enum Pooling: Sendable {
    case maximum
    case mean
  }

  /// y = the maximum or the mean of windows of size × size pixels.
  package static func pool(
    _ buffer: FloatBuffer, _ x: BlockTensor, _ pooling: Pooling, size: Int, stride: Int,
    padding: Int, into y: BlockTensor
  ) {
    precondition(x.blocks == y.blocks && x.lanes == 16 && y.lanes == 16)
    precondition(size >= 1 && stride >= 1 && padding >= 0 && padding < size)
    precondition(
      (y.height - 1) * stride - padding < x.height && (y.width - 1) * stride - padding < x.width)
    check(x, buffer)
    check(y, buffer)
    unsafe codeclm_pool(
      pooling == .mean ? 1 : 0, size, stride, padding, y.blocks, x.height, x.width,
      buffer.pointer + x.index(row: 0, column: 0), x.pitch, x.plane, y.height, y.width,
      buffer.pointer + y.index(row: 0, column: 0), y.pitch, y.plane)
  }

  /// The mean of each channel; `means` has a row of as many as x has, filled up to whole blocks.
  package static func channelMeans(_ buffer: FloatBuffer, _ x: BlockTensor, into means: Matrix) {
    precondition(x.lanes == 16 && means.rows == 1 && means.columns == x.blocks * 16)
    check(x, buffer)
    unsafe codeclm_block_means(
      x.blocks, x.height, x.width, buffer.pointer + x.index(row: 0, column: 0), x.pitch, x.plane,
      means.pointer)
  }

  /// Sets a tensor's border to zero.
  package static func clearBorder(_ buffer: FloatBuffer, _ x: BlockTensor) {
    check(x, buffer)
    unsafe codeclm_clear_border(
      x.blocks, x.height, x.width, x.lanes, x.borderRows, x.borderColumns,
      buffer.pointer + x.offset)
  }

  private static func check(_ tensor: BlockTensor, _ buffer: FloatBuffer) {
    precondition(
      tensor.offset >= 0 && tensor.offset % 16 == 0 && tensor.offset + tensor.count <= buffer.count,
      "\(tensor) in \(buffer.count) floats")
  }
}
