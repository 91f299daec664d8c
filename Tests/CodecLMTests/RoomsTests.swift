import Foundation
import Testing

/// A module cannot stop its own folders from naming each other; the table of the Architecture article
/// says which may, and this holds the sources to it.
@Suite struct RoomsTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A Swift source without comments and string literals, as far as names of types need it.
  struct Source {
    let path: String
    /// `CodecLM/Llama`, for instance.
    let room: String
    /// Identifiers that stand behind no dot.
    var names: Set<String> = []
    /// Types declared at the outermost level.
    var types: Set<String> = []
    /// Types declared within others.
    var nested: Set<String> = []

    private static let keywords: Set = [
      "struct", "class", "enum", "protocol", "typealias", "actor",
    ]

    init(path: String, room: String, text: String) {
      self.path = path
      self.room = room
      for line in text.split(separator: "\n") { read(Self.code(line)) }
    }

    /// The line up to a comment, without the contents of its string literals.
    private static func code(_ line: Substring) -> String {
      var code = ""
      var (isString, isEscaped) = (false, false)
      for character in line {
        if isEscaped {
          isEscaped = false
        } else if isString, character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isString.toggle()
        } else if !isString {
          code.append(character)
          if code.hasSuffix("//") { return code }
        }
      }
      return code
    }

    private mutating func read(_ code: String) {
      var word = ""
      var (before, last, declares): (Character, Character, Bool) = (" ", " ", false)
      for character in code + " " {
        if character.isLetter || character.isNumber || character == "_" {
          if word.isEmpty { before = last }
          word.append(character)
        } else if !word.isEmpty {
          if declares {
            if code.first == " " { nested.insert(word) } else { types.insert(word) }
          } else if before != "." {
            names.insert(word)
          }
          declares = Self.keywords.contains(word) && before != "."
          word = ""
        }
        last = character
      }
    }
  }

  private static func sources() throws -> [Source] {
    let base = root.appendingPathComponent("Sources")
    let paths = try #require(FileManager.default.enumerator(atPath: base.path))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    return try paths.map { path in
      let parts = path.split(separator: "/")
      let room = parts[0] == "jpeglm" ? "jpeglm" : parts[...1].joined(separator: "/")
      let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
      return Source(path: path, room: room, text: text)
    }
  }

  /// Room → rooms that it may name, from the rows `| room | holds | uses |`.
  private static func table() throws -> [String: Set<String>] {
    let article = try String(
      contentsOf: root.appendingPathComponent("Sources/CodecLM/CodecLM.docc/Architecture.md"),
      encoding: .utf8)
    var table: [String: Set<String>] = [:]
    for line in article.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, cells[0].hasSuffix("/`") else { continue }
      let uses = cells[2].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      table[String(cells[0].dropFirst().dropLast(2))] = Set(uses.filter { $0 != "–" })
    }
    return table
  }

  @Test func `rooms name those that the Architecture article allows, and no others`() throws {
    let sources = try Self.sources()
    let table = try Self.table()
    #expect(Set(sources.map(\.room)).subtracting(["jpeglm"]) == Set(table.keys))
    var homes: [String: Set<String>] = [:]
    for source in sources {
      for type in source.types { homes[type, default: []].insert(source.room) }
    }
    for source in sources {
      guard let allowed = table[source.room] else { continue }
      for name in source.names.subtracting(source.types).subtracting(source.nested) {
        guard let rooms = homes[name], rooms.count == 1, let room = rooms.first else { continue }
        let module = room.split(separator: "/")[0]
        let isAllowed =
          room == source.room || allowed.contains(room) || allowed.contains("all of \(module)")
        #expect(isAllowed, "\(source.path) names \(name) of \(room)")
      }
    }
  }

  @Test func `no two rooms may name each other, directly or around a circle`() throws {
    let table = try Self.table()
    var open = Set(table.keys)
    while let room = open.first(where: { (table[$0] ?? []).isDisjoint(with: open) }) {
      open.remove(room)
    }
    #expect(open.isEmpty)
  }

  @Test func `a name in a comment, in a string or behind a dot is none of a type`() {
    let source = Source(
      path: "a.swift", room: "CodecLM/A",
      text: "let a = B.C() // D\nlet e = \"F \\\" G\"; struct H {\n  enum I {}\n}\nprotocol J {}")
    #expect(source.names.isSuperset(of: ["B"]))
    #expect(source.names.isDisjoint(with: ["C", "D", "F", "G", "H", "I", "J"]))
    #expect(source.types == ["H", "J"] && source.nested == ["I"])
  }
}
