/// The globals that `Pickle` knows: what a state dictionary needs.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)

  /// The global of a name, if it is one of these.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let type = Self.storageTypes.first(where: { $0.value == name })?.key else {
        return nil
      }
      self = .storage(type)
    default: return nil
    }
  }

  /// How Python calls it.
  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .storage(let type): "torch.\(Self.storageTypes[type] ?? "")"
    }
  }

  private static let storageTypes: [ElementType: String] = [
    .float64: "DoubleStorage", .float32: "FloatStorage", .float16: "HalfStorage",
    .bfloat16: "BFloat16Storage", .int64: "LongStorage", .int32: "IntStorage",
    .int16: "ShortStorage", .int8: "CharStorage", .uint8: "ByteStorage", .bool: "BoolStorage",
  ]
}
