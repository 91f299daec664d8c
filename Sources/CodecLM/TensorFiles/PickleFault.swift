/// Why a pickle is none of tensors in dictionaries.
package enum PickleFault: FileFault {
  /// An opcode that is not known, and its place in the file.
  case opcode(UInt8, place: Int)
  /// More values wait than any file of weights needs.
  case tooDeep
  /// More opcodes than any file of weights needs.
  case tooLong
  /// A text longer than a name.
  case textTooLong
  /// Another protocol than 2.
  case version(UInt8)
  /// A state is given to what is no dictionary.
  case buildsObject
  /// A global that is none of `PickleGlobal`.
  case foreignGlobal(module: String, name: String)
  /// The name of a global does not end.
  case noGlobal
  /// A value is recalled that was not kept.
  case notRemembered
  /// Items are added to what is no list.
  case noList
  /// Items are set of what is no dictionary.
  case noDictionary
  /// A dictionary has a key that is no text.
  case keyIsNoText
  /// A persistent id that is none of a plain storage.
  case noStorage
  /// Something is called that is no global.
  case callsNoGlobal
  /// A global is called with arguments that torch does not give.
  case arguments(of: String)
  /// A value is taken that is not there.
  case underflow

  package var description: String {
    switch self {
    case .opcode(let opcode, let place):
      "the pickle's opcode 0x\(String(opcode, radix: 16)) at byte \(place) is none that "
        + "tensors in dictionaries need"
    case .tooDeep: "its pickle nests too deep"
    case .tooLong: "its pickle is too long"
    case .textTooLong: "its pickle has too long a text"
    case .version(let version): "pickle protocol \(version); torch writes protocol 2"
    case .buildsObject: "its pickle builds an object"
    case .foreignGlobal(let module, let name):
      "its pickle asks for \(module).\(name), and nothing is executed here"
    case .noGlobal: "its pickle names no global"
    case .notRemembered: "its pickle recalls what it never knew"
    case .noList: "its pickle appends to what is no list"
    case .noDictionary: "its pickle sets items of what is no dictionary"
    case .keyIsNoText: "a dictionary in its pickle has a key that is no text"
    case .noStorage: "its pickle refers to something that is no plain storage"
    case .callsNoGlobal: "its pickle calls something that is no global"
    case .arguments(let global): "its pickle calls \(global) with arguments torch does not give"
    case .underflow: "its pickle takes what is not there"
    }
  }
}
