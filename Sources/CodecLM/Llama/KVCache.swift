/// Keys and values of the positions each stream has passed, for all layers.
struct KVCache: Sendable {
  /// Positions of each slot so far.
  var counts: [Int]
  /// Positions a slot can hold.
  let capacity: Int

  private let heads: Int
  private let blocks: Int
  private let dimension: Int
  private let keys: FloatBuffer
  private let values: FloatBuffer

  /// Room for `slots` streams; 2 × layers × key/value width × `capacity` floats each, capacity and
  /// head dimension rounded up to multiples of 16.
  init(_ configuration: LlamaConfiguration, slots: Int, capacity: Int) throws {
    self.capacity = capacity
    heads = configuration.keyValueHeads
    dimension = configuration.headDimension
    blocks = BufferLayout.aligned(capacity) / 16
    counts = [Int](repeating: 0, count: slots)
    let places = configuration.layers * slots * heads
    keys = try FloatBuffer(count: places * blocks * 16 * dimension)
    values = try FloatBuffer(count: places * capacity * BufferLayout.aligned(dimension))
  }

  // [blocks of 16 positions × head dimension, 16]
  func keys(layer: Int, slot: Int, head: Int) -> Matrix {
    let rows = blocks * dimension
    return Matrix(keys, offset: place(layer, slot, head) * rows * 16, rows: rows, columns: 16)
  }

  // [capacity, padded head dimension]
  func values(layer: Int, slot: Int, head: Int) -> Matrix {
    let columns = BufferLayout.aligned(dimension)
    return Matrix(
      values, offset: place(layer, slot, head) * capacity * columns, rows: capacity,
      columns: columns)
  }

  private func place(_ layer: Int, _ slot: Int, _ head: Int) -> Int {
    (layer * counts.count + slot) * heads + head
  }
}
