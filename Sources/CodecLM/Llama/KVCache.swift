/// Keys and values of the positions each stream has passed, for all layers.
struct KVCache: Sendable {
  /// Positions of each slot so far.
  var counts: [Int]
  /// Positions a slot can hold.
  let capacity: Int

  private let layers: Int
  private let heads: Int
  private let blocks: Int
  private let dimension: Int
  private let keys: FloatBuffer
  private let values: FloatBuffer

  /// Room for `slots` streams; 2 × layers × key/value width × `capacity` floats each, capacity and
  /// head dimension rounded up to multiples of 16.
  init(_ configuration: LlamaConfiguration, slots: Int, capacity: Int) throws {
    self.capacity = capacity
    layers = configuration.layers
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

  /// Copies a slot's first `count` positions over another's, on the pool's threads.
  func copy(_ source: Int, to target: Int, count: Int, pool: WorkerPool) {
    let places = layers * heads
    let keyRows = BufferLayout.aligned(count) * dimension / 16
    pool.forEach(places) { place, _ in
      let (layer, head) = (place / heads, place % heads)
      keys(layer: layer, slot: target, head: head).rows(0..<keyRows)
        .copy(from: keys(layer: layer, slot: source, head: head).rows(0..<keyRows))
      values(layer: layer, slot: target, head: head).rows(0..<count)
        .copy(from: values(layer: layer, slot: source, head: head).rows(0..<count))
    }
  }

  private func place(_ layer: Int, _ slot: Int, _ head: Int) -> Int {
    (layer * counts.count + slot) * heads + head
  }
}
