public import Foundation

/// A file that a model wrote.
public struct GeneratedFile: Sendable {
  /// A file that decodes.
  ///
  /// It is kept compressed, as thousands may wait to be used.
  public struct Content: Sendable {
    /// The complete file.
    public let bytes: [UInt8]
    /// The same in a file for players that do not open the first, with its ending; `nil` for pictures.
    public let container: (file: [UInt8], fileExtension: String)?

    fileprivate let canonical: [UInt8]
    fileprivate let codec: any Codec

    /// What it shows, decoded now: of a picture one, of a video all.
    public var frames: [PixelImage] {
      get throws(CodecError) { try codec.frames(of: canonical) }
    }

    /// What it shows, decoded now, the frames of a video beside each other.
    public var picture: PixelImage {
      get throws(CodecError) { PixelImage(sideBySide: try frames) }
    }
  }

  /// Why there is no valid file.
  public enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The stream had not ended when the context was full.
    case tooLong(tokens: Int)
    /// The stream does not decode.
    case invalid(CodecError)

    /// One line.
    public var description: String {
      switch self {
      case .tooLong(let tokens): "no end after \(tokens) tokens"
      case .invalid(let error): error.description
      }
    }
  }

  /// Which continuation of which prompt a file is.
  public struct ID: Sendable, Hashable {
    /// Place of the prompt, from 0.
    public let prompt: Int
    /// Number among the prompt's continuations, from 0.
    public let number: Int

    /// The stream of its random numbers.
    var stream: UInt64 { UInt64(prompt) << 32 | UInt64(number) }
  }

  /// Which continuation of which prompt it is.
  public let id: ID
  /// Place in the order of generation, from 0: all continuations of the first prompt, then the next's.
  public let index: Int
  /// The stream.
  public let canonical: [UInt8]
  /// Bytes of the stream that are the prompt's or the model's; with those behind them it was filled up
  /// because the context was full.
  public let written: Int
  /// The file, or why it is none.
  public let result: Result<Content, Fault>

  let fileExtension: String

  /// The file's name: its index in five digits, or more if it has more.
  public var name: String { "\(index.padded(to: 5)).\(fileExtension)" }

  /// Whether the model wrote the stream to its end.
  package var isWhole: Bool { written == canonical.count }

  /// What the file shows, decoded now, if it decodes.
  public var picture: PixelImage? { try? result.get().picture }

  /// Whether the file decodes.
  public var isValid: Bool { if case .success = result { true } else { false } }

  /// Writes the file into a folder, which must exist, under its ``name``, and its ``Content/container``
  /// beside it.
  ///
  /// - Throws: ``Fault`` if it does not decode, ``FileError``.
  public func write(to folder: URL) throws { try write(to: folder, as: name) }

  /// Writes the file, and its ``Content/container`` beside it, into a folder, which must exist.
  ///
  /// - Throws: ``Fault`` if it does not decode, ``FileError``.
  public func write(to folder: URL, as name: String) throws {
    for file in try files(named: name) {
      try AtomicFile.write(file.bytes, to: folder.appendingPathComponent(file.name))
    }
  }

  /// The file under a name, and its ``Content/container`` with the ending of its own.
  ///
  /// - Throws: ``Fault`` if it does not decode.
  package func files(named name: String) throws(Fault) -> [(name: String, bytes: [UInt8])] {
    let content = try result.get()
    let copy = content.container.map { (name.replacingEnding(with: $0.fileExtension), $0.file) }
    return [(name, content.bytes)] + [copy].compactMap { $0 }
  }
}

extension Generator {
  /// The file of a sequence that has ended.
  func file(
    _ id: GeneratedFile.ID, index: Int, _ sequence: FinishedSequence<StreamConstraint>
  ) -> GeneratedFile {
    let written = sequence.body.flatMap { checkpoint.tokenizer.bytes(of: $0) }
    let isEnded = sequence.reason == .end
    let isFilled = !isEnded && isConstrained
    let canonical =
      isFilled ? codec.completed(Prompt(bytes: written + sequence.constraint.known)) : written
    return GeneratedFile(
      id: id, index: index, canonical: canonical, written: written.count,
      result: isEnded || isFilled
        ? content(of: canonical) : .failure(.tooLong(tokens: sequence.body.count)),
      fileExtension: checkpoint.codec.fileExtension)
  }

  private func content(
    of canonical: [UInt8]
  ) -> Result<GeneratedFile.Content, GeneratedFile.Fault> {
    do {
      let content = try codec.content(of: canonical)
      return .success(
        .init(
          bytes: content.file, container: content.container, canonical: canonical, codec: codec))
    } catch {
      return .failure(.invalid(error))
    }
  }
}
