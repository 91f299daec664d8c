/// Keys and values of the positions each stream has passed, for all layers.
struct KVCache: Sendable {
  /// Positions of each slot so far.
  var counts: [Int]
  /// Positions a slot can hold.
  let capacity: Int
  /// Heads whose keys and values lie side by side.
  let groupHeads: Int
  /// Groups of heads.
  let groups: Int
  /// Whether two elements are in the place of a float.
  let isHalf: Bool

  /// Floats that 16 elements take.
  private let lanes: Int
  private let layers: Int
  private let blocks: Int
  private let dimension: Int
  private let keys: FloatBuffer
  private let values: FloatBuffer

  /// Room for `slots` streams; 2 × layers × key/value width × `capacity` numbers each, capacity and
  /// head dimension rounded up to multiples of 16.
  init(
    _ configuration: LlamaConfiguration, slots: Int, capacity: Int, format: CacheFormat
  ) throws {
    isHalf = format == .f16
    lanes = isHalf ? 8 : 16
    self.capacity = capacity
    layers = configuration.layers
    dimension = configuration.headDimension
    let (heads, width) = (configuration.keyValueHeads, BufferLayout.aligned(dimension))
    // Long runs are read fast; groups are what threads share out.
    groupHeads = (1...max(1, min(heads, 128 / width))).last { heads.isMultiple(of: $0) } ?? 1
    groups = heads / groupHeads
    blocks = BufferLayout.aligned(capacity) / 16
    counts = [Int](repeating: 0, count: slots)
    let places = layers * slots * heads
    keys = try FloatBuffer(count: places * blocks * dimension * lanes)
    values = try FloatBuffer(count: places * capacity * width / 16 * lanes)
  }

  // [groups × blocks of 16 positions × heads × head dimension, 16]
  func keys(layer: Int, slot: Int) -> Matrix {
    let rows = groups * blocks * groupHeads * dimension
    return Matrix(keys, offset: place(layer, slot) * rows * lanes, rows: rows, columns: lanes)
  }

  // [groups × capacity, heads × padded head dimension]
  func values(layer: Int, slot: Int) -> Matrix {
    let rows = groups * capacity
    let columns = groupHeads * BufferLayout.aligned(dimension) / 16 * lanes
    return Matrix(
      values, offset: place(layer, slot) * rows * columns, rows: rows, columns: columns)
  }

  /// Copies a slot's first `count` positions over another's, on the pool's threads.
  func copy(_ source: Int, to target: Int, count: Int, pool: WorkerPool) {
    let block = groupHeads * dimension
    pool.forEach(layers * groups) { place, _ in
      let (layer, group) = (place / groups, place % groups)
      func copy(_ matrix: (Int, Int) -> Matrix, from first: Int, count: Int) {
        matrix(layer, target).rows(first..<first + count)
          .copy(from: matrix(layer, source).rows(first..<first + count))
      }
      copy(keys, from: group * blocks * block, count: BufferLayout.aligned(count) / 16 * block)
      copy(values, from: group * capacity, count: count)
    }
  }

  private func place(_ layer: Int, _ slot: Int) -> Int { layer * counts.count + slot }
}
