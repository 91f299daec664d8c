import CodecLM

extension FuzzTarget {
  private static let maximumPixels = 1 << 20

  /// Whole files: header, inspection, decoding and the way to canonical form and back.
  static func pictures() -> FuzzTarget {
    let codecs = [JPEGProfile.Stream.scan, .symbols].map {
      codec(JPEGProfile(size: 16, quality: 50, stream: $0))
    }
    return FuzzTarget { file in
      _ = try? JPEGHeader(file)
      if let inspection = try? JPEGInspection(file, mcu: 0) { _ = inspection.segments.count }
      _ = try? PixelImage.decodingAnyway(jpegFile: file, maximumPixels: maximumPixels)
      for codec in codecs {
        guard let canonical = try? codec.canonicalBytes(of: file) else { continue }
        checkCanonical(canonical, codec)
      }
    }
  }

  /// Canonical streams, whole or not.
  static func streams(_ stream: JPEGProfile.Stream) -> FuzzTarget {
    let codecs = [0, 1].map {
      codec(JPEGProfile(width: 24, height: 16, quality: 50, restartInterval: $0, stream: stream))
    }
    return FuzzTarget { bytes in
      for codec in codecs {
        _ = try? codec.decode(bytes)
        _ = try? codec.unitEnds(of: bytes)
        _ = try? codec.baselineBits(of: bytes)
        checkGrammar(bytes, codec)
      }
    }
  }

  private static func codec(_ profile: JPEGProfile) -> JPEGCodec {
    do {
      return try JPEGCodec(profile, maximumPixels: maximumPixels)
    } catch {
      fatalError("\(error)")
    }
  }

  /// What the codec makes, its grammar and its own reader take; and reading it again changes nothing.
  private static func checkCanonical(_ canonical: [UInt8], _ codec: JPEGCodec) {
    do {
      var grammar = codec.makeGrammar()
      require(grammar.advance(canonical), "the grammar takes what the codec makes")
      require(grammar.isComplete, "a canonical stream is complete")
      _ = try codec.decode(canonical)
      let again = try codec.canonicalBytes(of: codec.file(from: canonical))
      require(again == canonical, "a canonical file keeps its bytes")
    } catch {
      fatalError("a canonical stream is refused: \(error)")
    }
  }

  /// The longest part of the bytes that the grammar takes can be completed, and then decodes.
  private static func checkGrammar(_ bytes: [UInt8], _ codec: JPEGCodec) {
    var grammar = codec.makeGrammar()
    var taken: [UInt8] = []
    for byte in bytes {
      var next = grammar
      let isAllowed = next.advance(byte)
      require(isAllowed == grammar.allowedBytes.contains(byte), "allowed bytes are taken")
      guard isAllowed else { break }
      grammar = next
      taken.append(byte)
    }
    let end = grammar.completion()
    require(grammar.advance(end), "a completion is allowed")
    require(grammar.isComplete, "a completion completes")
    do {
      _ = try codec.decode(taken + end)
    } catch {
      fatalError("the grammar takes a stream that does not decode: \(error)")
    }
  }
}
