/// Bytes of all arrays of bytes that a value holds.
package func heldBytes(_ value: Any) -> Int {
  if let bytes = value as? [UInt8] { return bytes.count }
  return Mirror(reflecting: value).children.reduce(0) { $0 + heldBytes($1.value) }
}
