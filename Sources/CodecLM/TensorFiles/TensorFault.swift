/// Why a tensor of a name is not what is asked for.
package enum TensorFault: FileFault {
  /// There is none of this name.
  case missing(String)
  /// It has another shape.
  case shape(String, found: [Int], expected: [Int])
  /// Its elements are no floating-point numbers.
  case type(String, ElementType)
  /// One of its numbers is infinite or not a number, in single precision.
  case notFinite(String)

  package var description: String {
    switch self {
    case .missing(let name): "\(name) is missing"
    case .shape(let name, let found, let expected):
      "\(name) has shape \(found), expected \(expected)"
    case .type(let name, let type):
      "\(name) has type \(type.rawValue), expected F32, F16 or BF16"
    case .notFinite(let name):
      "a number of \(name) is infinite or not a number; the file cannot be used"
    }
  }
}
