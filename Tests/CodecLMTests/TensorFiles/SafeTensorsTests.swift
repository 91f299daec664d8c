import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
  /// A vector and two matrices with gaps between them.
  private static func layout(last: String = "last.weight", columns: Int = 2) -> BufferLayout {
    var layout = BufferLayout()
    layout.add(vector: "norm.weight", count: 3)
    layout.add("matrix.weight", rows: 5, columns: 7)
    layout.add(last, rows: 3, columns: columns)
    return layout
  }

  /// 0, 1, 2, … in every region, 0 in the gaps; with odd values at the beginning.
  private func buffer(_ layout: BufferLayout) throws -> FloatBuffer {
    let buffer = try FloatBuffer(count: layout.count)
    for region in layout.regions {
      Matrix(buffer, region).fill(from: (0..<region.count).map { Float(region.offset + $0) / 3 })
    }
    buffer.withMutableSpan { floats in
      floats[0] = -.infinity
      floats[1] = .leastNonzeroMagnitude
      floats[2] = -0.0
    }
    return buffer
  }

  private func withFile(_ body: (URL, FloatBuffer) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      let buffer = try buffer(Self.layout())
      try SafeTensors.write([("", buffer)], Self.layout(), to: url)
      try body(url, buffer)
    }
  }

  private func load(_ url: URL, _ layout: BufferLayout = layout()) throws -> FloatBuffer {
    let buffer = try FloatBuffer(count: layout.count)
    try SafeTensors(url).load(layout, into: buffer)
    return buffer
  }

  @Test func `what is written is read to the last bit`() throws {
    try withFile { url, buffer in
      #expect(TestModels.bits(try load(url)) == TestModels.bits(buffer))
      let file = try SafeTensors(url)
      #expect(Set(file.tensors.keys) == ["norm.weight", "matrix.weight", "last.weight"])
      #expect(file.tensors["matrix.weight"]?.shape == [5, 7])
      #expect(file.floats("norm.weight") == [-.infinity, .leastNonzeroMagnitude, -0.0])
      #expect(file.floats("absent") == nil)
    }
  }

  @Test func `several buffers of one layout are kept apart by their prefixes`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      let (layout, first) = (Self.layout(), try buffer(Self.layout()))
      let second = try FloatBuffer(count: layout.count)
      try SafeTensors.write([("a.", first), ("b.", second)], layout, to: url)
      let read = try FloatBuffer(count: layout.count)
      try SafeTensors(url).load(layout, prefix: "a.", into: read)
      #expect(TestModels.bits(read) == TestModels.bits(first))
      try SafeTensors(url).load(layout, prefix: "b.", into: read)
      #expect(read.withSpan { floats in floats.indices.allSatisfy { floats[$0] == 0 } })
    }
  }

  @Test func `a tensor that is missing or has another shape is named`() throws {
    try withFile { url, _ in
      #expect(
        throws: FileError.malformed(path: url.path, reason: TensorFault.missing("end.weight"))
      ) {
        try load(url, Self.layout(last: "end.weight"))
      }
      #expect(
        throws: FileError.malformed(
          path: url.path,
          reason: TensorFault.shape("last.weight", found: [3, 2], expected: [3, 4]))
      ) {
        try load(url, Self.layout(columns: 4))
      }
    }
  }

  @Test func `every prefix of a file is refused`() throws {
    try withFile { url, _ in
      let bytes = try Data(contentsOf: url)
      for length in 0..<bytes.count {
        try bytes.prefix(length).write(to: url)
        #expect(throws: (any Error).self) { try load(url) }
      }
    }
  }

  @Test func `random flips are refused or harmless`() throws {
    try withFile { url, _ in
      let bytes = try Data(contentsOf: url)
      var random = RandomStream(seed: 4)
      for _ in 0..<1_000 {
        var changed = bytes
        // The header is the fragile half.
        let place = Int.random(in: 0..<min(bytes.count, 320), using: &random)
        changed[place] ^= UInt8.random(in: 1...255, using: &random)
        try changed.write(to: url)
        _ = try? load(url)
        _ = try? SafeTensors(url).integers("norm.weight")
      }
    }
  }

  @Test(
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, .shape("a")),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#, .reachesBeyondFile("a")),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, .reachesBeyondFile("a")),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, .reachesBeyondFile("a")),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, .reachesBeyondFile("a")),
      (#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, .type("a", "C64")),
      (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, .absurdShape("a")),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
        .absurdShape("a")
      ),
      (
        """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
        "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
        """, .overlap
      ),
      ("[]", .noHeader), (#"{"a":{}}"#, .noPlace("a")),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, .gap),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, .gap),
    ] as [(String, SafeTensors.Fault)])
  func `a header that lies is refused for its lie`(
    _ header: String, _ fault: SafeTensors.Fault
  ) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      let length = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
      try Data(length + Array(header.utf8) + [UInt8](repeating: 0, count: 8)).write(to: url)
      #expect(throws: FileError.malformed(path: url.path, reason: fault)) {
        try SafeTensors(url)
      }
    }
  }
}
