internal import CKernels

/// Weights [outputs, inputs] in the order in which decoding reads them.
///
/// A panel holds the weights of 32 outputs: for each input in turn those of all outputs. The last
/// panel is filled up with outputs of zero weights. What is multiplied and where the product goes are
/// as wide as all panels, see ``paddedOutputs``.
package struct PanelMatrix: Sendable {
  /// What becomes of a product.
  package enum Destination: Sendable {
    /// It is stored.
    case store
    /// It is added to what is there.
    case add
    /// The first half of a panel's outputs gates the second: silu(gate) · up is stored,
    /// `PanelMatrix/gates` a panel.
    case gate
  }

  /// Outputs of a panel.
  package static let panel = CODECLM_PANEL
  /// Gates of a panel, with as many ups behind them.
  package static let gates = panel / 2

  package let format: WeightFormat
  package let inputs: Int
  package let panels: Int

  // The bytes of the panels, from `offset` on; the unit of both is a float's four bytes.
  private let buffer: FloatBuffer
  private let offset: Int

  /// Zero weights in a buffer of floats, which has ``words(_:outputs:inputs:)`` from `offset` on.
  package init(
    _ buffer: FloatBuffer, offset: Int, format: WeightFormat, outputs: Int, inputs: Int
  ) {
    let words = Self.words(format, outputs: outputs, inputs: inputs)
    precondition(offset % 16 == 0 && offset + words <= buffer.count, "panels beyond the buffer")
    self.buffer = buffer
    self.offset = offset
    self.format = format
    self.inputs = inputs
    panels = Self.panels(outputs)
  }

  /// Floats of memory that a matrix takes.
  package static func words(_ format: WeightFormat, outputs: Int, inputs: Int) -> Int {
    let words = panels(outputs) * codeclm_panel_bytes(format.code, inputs) / 4
    return BufferLayout.aligned(words)
  }

  /// Panels of a number of outputs.
  package static func panels(_ outputs: Int) -> Int { (outputs + panel - 1) / panel }

  /// Number of outputs with those that fill up the last panel.
  package var paddedOutputs: Int { panels * Self.panel }

  /// Bytes that one product reads.
  package var bytes: Int { panels * codeclm_panel_bytes(format.code, inputs) }

  /// Row r of `weights` becomes the weights of output `place(r)`.
  package func pack(
    _ weights: Matrix, pool: WorkerPool, at place: @Sendable (Int) -> Int = { $0 }
  ) {
    precondition(weights.columns == inputs, "[\(weights.rows), \(weights.columns)] of \(inputs)")
    // A panel's rows together, so that the lines they share stay in one worker's cache.
    pool.forEach(Self.panels(weights.rows)) { block, _ in
      for row in block * Self.panel..<min((block + 1) * Self.panel, weights.rows) {
        let output = place(row)
        precondition(output >= 0 && output < paddedOutputs, "output \(output) of \(paddedOutputs)")
        unsafe codeclm_pack_weights(
          format.code, inputs, weights.pointer + row * weights.stride, buffer.pointer + offset,
          output)
      }
    }
  }

  /// y = x wᵀ for the outputs of some panels.
  ///
  /// Every sum has one order, whatever the rows and panels of a call.
  ///
  /// - Parameter x: `rows` rows in the layout of `Kernels/packRows(_:columns:norm:epsilon:into:)`.
  package func multiply(
    _ x: Matrix, rows: Int, panels range: Range<Int>, into y: Matrix, _ destination: Destination
  ) {
    let width = destination == .gate ? Self.gates : Self.panel
    precondition(range.lowerBound >= 0 && range.upperBound <= panels, "\(range) of \(panels)")
    precondition(x.isContiguous && x.rows * x.columns >= Kernels.packedCount(rows, inputs))
    precondition(y.rows >= rows && y.columns >= panels * width, "[\(y.rows), \(y.columns)]")
    let code =
      switch destination {
      case .store: CODECLM_STORE
      case .add: CODECLM_ADD
      case .gate: CODECLM_GATE
      }
    let product =
      switch format {
      case .f32: unsafe codeclm_product_f32
      case .f16: unsafe codeclm_product_f16
      case .bf16: unsafe codeclm_product_bf16
      case .q8: unsafe codeclm_product_q8
      }
    unsafe product(
      CInt(code), rows, inputs, range.lowerBound, range.upperBound, x.pointer,
      buffer.pointer + offset, y.pointer, y.stride)
  }
}

extension WeightFormat {
  fileprivate var code: CInt {
    switch self {
    case .f32: CInt(CODECLM_F32)
    case .f16: CInt(CODECLM_F16)
    case .bf16: CInt(CODECLM_BF16)
    case .q8: CInt(CODECLM_Q8)
    }
  }
}
