import Foundation

/// Limits of memory of the control groups that a process is in, of version 1 and 2, as the kernel shows them
/// in files.
struct ControlGroup {
  /// The group's files, and those of the groups above it up to where the hierarchy is mounted.
  private let folders: [String]
  private let names: Names

  /// What a version calls its files and lines.
  private struct Names {
    let limit, usage: String
    /// Of files that were read: they stay in memory until it is needed.
    let files: [String]

    static let one = Names(
      limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
      files: ["total_inactive_file", "total_active_file"])
    static let two = Names(
      limit: "memory.max", usage: "memory.current", files: ["inactive_file", "active_file"])
  }

  /// The groups of this process that may limit its memory.
  ///
  /// - Parameter root: the folder in which `/proc` and `/sys` are looked for.
  static func all(root: String) -> [ControlGroup] {
    let mounts = lines(of: "\(root)/proc/self/mountinfo").compactMap(Mount.init)
    return lines(of: "\(root)/proc/self/cgroup").compactMap { line in
      // "5:memory:/a/b" of version 1, "0::/a/b" of version 2.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      let isTwo = parts[1].isEmpty
      guard isTwo || parts[1].split(separator: ",").contains("memory"),
        let mount = mounts.first(where: { isTwo ? $0.isTwo : $0.isMemoryOne })
      else { return nil }
      return ControlGroup(
        folders: mount.folders(of: String(parts[2])).map { root + $0 }, names: isTwo ? .two : .one)
    }
  }

  /// Bytes that may still be taken; `nil` without a limit.
  var availableMemory: Int? {
    folders.compactMap { folder -> Int? in
      guard let limit = Self.number("\(folder)/\(names.limit)"),
        let used = Self.number("\(folder)/\(names.usage)")
      else { return nil }
      let statistics = Self.lines(of: "\(folder)/memory.stat")
      let files = names.files.reduce(0) { sum, name in
        let line = statistics.first { $0.hasPrefix("\(name) ") }
        return sum + (line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0)
      }
      return max(0, limit - used + min(files, used))
    }.min()
  }

  private static func lines(of path: String) -> [Substring] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n")
  }

  private static func number(_ path: String) -> Int? { lines(of: path).first.flatMap { Int($0) } }

  /// A line of `/proc/self/mountinfo`, of a hierarchy of groups.
  private struct Mount {
    /// The group that is mounted, and where.
    let group, point: String
    let isTwo, isMemoryOne: Bool

    init?(_ line: Substring) {
      // 30 23 0:26 /group /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash > 4, fields.count > dash + 3 else {
        return nil
      }
      isTwo = fields[dash + 1] == "cgroup2"
      isMemoryOne =
        fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      guard isTwo || isMemoryOne else { return nil }
      group = String(fields[3])
      point = String(fields[4])
    }

    /// A group's folder and those above it.
    ///
    /// A container may see its group's name as it is outside, and its group mounted.
    func folders(of name: String) -> [String] {
      let root = group == "/" ? "" : group
      guard name.hasPrefix("\(root)/") else { return [point] }
      var parts = name.dropFirst(root.count).split(separator: "/").filter { $0 != ".." }
      var folders: [String] = []
      while !parts.isEmpty {
        folders.append("\(point)/\(parts.joined(separator: "/"))")
        parts.removeLast()
      }
      return folders + [point]
    }
  }
}
