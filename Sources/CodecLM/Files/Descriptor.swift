import Foundation

/// Writing to an open file.
enum Descriptor {
  /// Writes all bytes; false when the system refuses, with `errno`.
  static func write(_ bytes: RawSpan, to descriptor: Int32) -> Bool {
    var written = 0
    while written < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Foundation.write(
          descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        // The other end of a pipe may be set so that nobody waits.
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&state, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
