/// Keys and values of the positions each stream has passed, for all layers.
struct KVCache: Sendable {
  /// Positions of each slot so far.
  var counts: [Int]
  /// Positions a slot can hold.
  let capacity: Int

  private let heads: Int
  private let dimension: Int
  private let keys: FloatBuffer
  private let values: FloatBuffer

  /// Room for `slots` streams; 2 × layers × key/value width × `capacity` floats each.
  init(_ configuration: LlamaConfiguration, slots: Int, capacity: Int) throws {
    self.capacity = capacity
    heads = configuration.keyValueHeads
    dimension = configuration.headDimension
    counts = [Int](repeating: 0, count: slots)
    let size = configuration.layers * slots * configuration.keyValueWidth * capacity
    keys = try FloatBuffer(count: size)
    values = try FloatBuffer(count: size)
  }

  // [capacity, head dimension]
  func keys(layer: Int, slot: Int, head: Int) -> Matrix { view(keys, layer, slot, head) }
  // [capacity, head dimension]
  func values(layer: Int, slot: Int, head: Int) -> Matrix { view(values, layer, slot, head) }

  private func view(_ buffer: FloatBuffer, _ layer: Int, _ slot: Int, _ head: Int) -> Matrix {
    let place = (layer * counts.count + slot) * heads + head
    return Matrix(
      buffer, offset: place * capacity * dimension, rows: capacity, columns: dimension)
  }
}
