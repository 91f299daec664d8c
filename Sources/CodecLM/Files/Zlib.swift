import CZlib

/// The face of zlib: what a zip archive's entries need of it.
package enum Zlib {
  /// Why compressed bytes cannot be read.
  package enum Fault: Error, Equatable, CustomStringConvertible {
    /// They end within a block.
    case endsEarly
    /// They are no DEFLATE stream.
    case malformed
    /// They give more or fewer bytes than was said.
    case wrongSize

    package var description: String {
      switch self {
      case .endsEarly: "it ends early"
      case .malformed: "it is no DEFLATE stream"
      case .wrongSize: "it has another size than was said"
      }
    }
  }

  /// The bytes that were compressed into a DEFLATE stream (RFC 1951) without a header of zlib's or
  /// gzip's; what follows its last block is ignored.
  ///
  /// - Parameters:
  ///   - compressed: the stream, of less than 4 GiB.
  ///   - size: how many bytes it gives, fewer than 4 Gi.
  /// - Throws: ``Fault``. No more than `size` bytes are written, and no memory is reserved for a
  ///   `size` beyond what any stream of that length gives.
  package static func inflate(_ compressed: [UInt8], size: Int) throws(Fault) -> [UInt8] {
    // The densest code is two bits, a length of 258 and a distance, so a byte gives 4 · 258 at most.
    guard size >= 0, size / 1_032 <= compressed.count, size < UInt32.max,
      compressed.count <= UInt32.max
    else { throw .wrongSize }
    var stream = unsafe z_stream()
    // A negative window size is that of a stream without a header; 15 bits are the format's largest.
    let status = unsafe inflateInit2_(
      &stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory, or is another than the one compiled with")
    defer { unsafe inflateEnd(&stream) }
    var result = Z_OK
    // One byte more than wanted shows a stream that gives more.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { output, filled in
      unsafe compressed.withUnsafeBufferPointer { input in
        unsafe stream.next_in = unsafe UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(size + 1)
        result = unsafe CZlib.inflate(&stream, Z_FINISH)
      }
      filled = size + 1 - Int(unsafe stream.avail_out)
    }
    switch result {
    case Z_STREAM_END where bytes.count == size: return bytes
    case Z_STREAM_END: throw .wrongSize
    case Z_OK, Z_BUF_ERROR: throw bytes.count > size ? .wrongSize : .endsEarly
    default: throw .malformed
    }
  }

  /// The check value of zip archives (ITU-T V.42, polynomial 0x04C11DB7).
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { input in
      UInt32(truncatingIfNeeded: unsafe crc32_z(0, input.baseAddress, input.count))
    }
  }
}
