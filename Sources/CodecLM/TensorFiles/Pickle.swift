/// Reads the pickles of torch's files without executing anything.
///
/// Only the opcodes of protocol 2 that tensors in dictionaries need are known, and only the globals
/// of `PickleGlobal`; anything else is refused by name. Containers live in arrays of this type and
/// values refer to them by index, so that depth, cycles and shared parts cost nothing; the work is
/// at most ``longest`` opcodes.
struct Pickle {
  /// What a pickle speaks of.
  enum Value: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number that needs more than eight bytes: little-endian, two's complement.
    case longInteger([UInt8])
    case real
    case text(String)
    case global(PickleGlobal)
    /// Index in ``sequences``.
    case tuple(Int)
    /// Index in ``sequences``.
    case list(Int)
    /// Index in ``dictionaries``.
    case dictionary(Int)
    case storage(Int)
    case tensor(Int)
  }

  /// A storage: a flat array of elements elsewhere in the file.
  struct Storage {
    let key: String
    let type: ElementType
    let count: Int
  }

  /// A view of a storage, as `_rebuild_tensor_v2` gets it: in elements, nothing checked.
  struct Tensor {
    let storage: Int
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  private(set) var sequences: [[Value]] = []
  private(set) var dictionaries: [[String: Value]] = []
  private(set) var storages: [Storage] = []
  private(set) var tensors: [Tensor] = []

  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [UInt32: Value] = [:]
  private var cursor: FileCursor

  // A state dictionary takes about forty opcodes a tensor.
  private static let longest = 8 << 20
  // A thousand items are set at a time.
  private static let deepest = 1 << 16
  private static let longestText = 1 << 12

  /// Reads one pickle and leaves the cursor behind it.
  ///
  /// - Throws: ``FileError`` that names the file and what is not allowed.
  static func read(_ cursor: inout FileCursor) throws(FileError) -> (value: Value, pickle: Pickle) {
    var pickle = Pickle(cursor: cursor)
    let value = try pickle.run()
    cursor = pickle.cursor
    return (value, pickle)
  }

  private init(cursor: FileCursor) {
    self.cursor = cursor
  }

  private mutating func run() throws(FileError) -> Value {
    for _ in 0..<Self.longest {
      let place = cursor.position
      let opcode = try cursor.next(UInt8.self)
      if opcode == UInt8(ascii: ".") { return try pop() }
      if let value = try constant(opcode) {
        stack.append(value)
      } else if try !combine(opcode) {
        throw malformed(.opcode(opcode, place: place))
      }
      guard stack.count <= Self.deepest, marks.count <= Self.deepest else {
        throw malformed(.tooDeep)
      }
    }
    throw malformed(.tooLong)
  }

  /// The value that an opcode pushes by itself.
  private mutating func constant(_ opcode: UInt8) throws(FileError) -> Value? {
    switch opcode {
    case UInt8(ascii: "N"): return Value.none
    case 0x88: return .bool(true)
    case 0x89: return .bool(false)
    case UInt8(ascii: "K"): return .integer(Int(try cursor.next(UInt8.self)))
    case UInt8(ascii: "M"): return .integer(Int(try cursor.next(UInt16.self)))
    case UInt8(ascii: "J"):
      return .integer(Int(Int32(bitPattern: try cursor.next(UInt32.self))))
    case 0x8a: return try longInteger()
    case UInt8(ascii: "G"):
      _ = try cursor.skip(8)
      return .real
    case UInt8(ascii: "X"):
      let count = try cursor.next(UInt32.self)
      guard count <= Self.longestText else { throw malformed(.textTooLong) }
      return .text(try cursor.text(Int(count)))
    case UInt8(ascii: "c"): return .global(try global())
    case UInt8(ascii: ")"): return tuple([])
    case UInt8(ascii: "]"):
      sequences.append([])
      return .list(sequences.count - 1)
    case UInt8(ascii: "}"): return emptyDictionary()
    case UInt8(ascii: "h"): return try remembered(UInt32(try cursor.next(UInt8.self)))
    case UInt8(ascii: "j"): return try remembered(try cursor.next(UInt32.self))
    default: return nil
    }
  }

  /// Carries out an opcode that takes from the stack; false if it is not known.
  private mutating func combine(_ opcode: UInt8) throws(FileError) -> Bool {
    switch opcode {
    case 0x80:
      let version = try cursor.next(UInt8.self)
      guard version == 2 else {
        throw malformed(.version(version))
      }
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "q"): memo[UInt32(try cursor.next(UInt8.self))] = try top()
    case UInt8(ascii: "r"): memo[try cursor.next(UInt32.self)] = try top()
    case 0x85: stack.append(tuple(try popLast(1)))
    case 0x86: stack.append(tuple(try popLast(2)))
    case 0x87: stack.append(tuple(try popLast(3)))
    case UInt8(ascii: "t"): stack.append(tuple(try popToMark()))
    case UInt8(ascii: "a"): try append(try popLast(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try set(try popLast(2))
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "Q"): stack.append(try storage(try pop()))
    case UInt8(ascii: "R"):
      let parts = try popLast(2)
      stack.append(try call(parts[0], parts[1]))
    case UInt8(ascii: "b"):
      // A state dictionary's versions of its modules, which say nothing of its tensors.
      _ = try pop()
      guard case .dictionary = try top() else { throw malformed(.buildsObject) }
    default: return false
    }
    return true
  }

  private mutating func longInteger() throws(FileError) -> Value {
    let count = Int(try cursor.next(UInt8.self))
    let start = try cursor.skip(count)
    let bytes = cursor.file.bytes(start..<start + count)
    guard count <= 8 else { return .longInteger(bytes) }
    var value = bytes.last.map { $0 >= 0x80 ? -1 : 0 } ?? 0
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return .integer(value)
  }

  private mutating func global() throws(FileError) -> PickleGlobal {
    let (module, name) = (try line(), try line())
    guard let global = PickleGlobal(module: module, name: name) else {
      throw malformed(.foreignGlobal(module: module, name: name))
    }
    return global
  }

  private mutating func line() throws(FileError) -> String {
    let start = cursor.position
    while try cursor.next(UInt8.self) != 0x0a {
      guard cursor.position - start <= 256 else { throw malformed(.noGlobal) }
    }
    return String(decoding: cursor.file.bytes(start..<cursor.position - 1), as: UTF8.self)
  }

  private mutating func tuple(_ values: [Value]) -> Value {
    sequences.append(values)
    return .tuple(sequences.count - 1)
  }

  private mutating func emptyDictionary() -> Value {
    dictionaries.append([:])
    return .dictionary(dictionaries.count - 1)
  }

  private func remembered(_ index: UInt32) throws(FileError) -> Value {
    guard let value = memo[index] else { throw malformed(.notRemembered) }
    return value
  }

  private mutating func append(_ values: [Value]) throws(FileError) {
    guard case .list(let index) = try top() else {
      throw malformed(.noList)
    }
    sequences[index] += values
  }

  private mutating func set(_ values: [Value]) throws(FileError) {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw malformed(.noDictionary)
    }
    for place in stride(from: 0, to: values.count, by: 2) {
      guard case .text(let key) = values[place] else {
        throw malformed(.keyIsNoText)
      }
      dictionaries[index][key] = values[place + 1]
    }
  }

  /// ('storage', type, key, device, count): the five parts of torch's persistent id, and in old
  /// files a sixth, a view, which torch itself has long stopped writing.
  private mutating func storage(_ id: Value) throws(FileError) -> Value {
    guard
      case .tuple(let index) = id, (5...6).contains(sequences[index].count),
      sequences[index][0] == .text("storage"),
      case .global(.storage(let type)) = sequences[index][1],
      case .text(let key) = sequences[index][2], case .integer(let count) = sequences[index][4],
      count >= 0, sequences[index].count == 5 || sequences[index][5] == Value.none
    else { throw malformed(.noStorage) }
    storages.append(Storage(key: key, type: type, count: count))
    return .storage(storages.count - 1)
  }

  private mutating func call(_ callee: Value, _ argument: Value) throws(FileError) -> Value {
    guard case .global(let global) = callee, case .tuple(let index) = argument else {
      throw malformed(.callsNoGlobal)
    }
    let arguments = sequences[index]
    switch global {
    case .orderedDictionary where arguments.isEmpty: return emptyDictionary()
    case .rebuildParameter:
      if let first = arguments.first, case .tensor = first { return first }
    case .rebuildTensor:
      // (storage, offset, shape, strides, requires_grad, hooks); a seventh names conjugate and
      // negative bits, none of which a stored weight has.
      if arguments.count == 6, case .storage(let storage) = arguments[0],
        case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
        let strides = integers(arguments[3])
      {
        tensors.append(Tensor(storage: storage, offset: offset, shape: shape, strides: strides))
        return .tensor(tensors.count - 1)
      }
    default: break
    }
    throw malformed(.arguments(of: global.name))
  }

  private func integers(_ value: Value) -> [Int]? {
    guard case .tuple(let index) = value, sequences[index].count <= 64 else { return nil }
    var result: [Int] = []
    for case .integer(let number) in sequences[index] { result.append(number) }
    return result.count == sequences[index].count ? result : nil
  }

  private var floor: Int { marks.last ?? 0 }

  private func top() throws(FileError) -> Value {
    guard let value = stack.last, stack.count > floor else { throw underflow }
    return value
  }

  private mutating func pop() throws(FileError) -> Value { try popLast(1)[0] }

  private mutating func popLast(_ count: Int) throws(FileError) -> [Value] {
    guard stack.count - floor >= count else { throw underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(FileError) -> [Value] {
    guard let mark = marks.popLast() else { throw underflow }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private var underflow: FileError { malformed(.underflow) }

  private func malformed(_ fault: PickleFault) -> FileError { cursor.malformed(fault) }
}
