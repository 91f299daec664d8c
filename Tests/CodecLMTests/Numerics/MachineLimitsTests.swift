import CodecLM
import Foundation
import TestSupport
import Testing

@Suite struct MachineLimitsTests {
  private static let two = "36 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
  private static let one = """
    31 25 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
    32 25 0:28 GROUP /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory

    """

  private func available(_ files: [String: String]) throws -> Int? {
    let folder = try TemporaryFolder()
    try folder.write(
      Array("MemTotal: 64 kB\nMemAvailable:   4000 kB\n".utf8), to: "proc/meminfo")
    for (name, text) in files { try folder.write(Array(text.utf8), to: name) }
    return MachineLimits.availableMemory(root: folder.url.path)
  }

  @Test func `without a control group it is what the system says`() throws {
    #expect(try available([:]) == 4_000 << 10)
  }

  @Test func `the limit of a group of version 2, or of one above it, counts`() throws {
    var files = [
      "proc/self/mountinfo": Self.two, "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/a/memory.max": "900000\n", "sys/fs/cgroup/a/memory.current": "500000\n",
      "sys/fs/cgroup/a/memory.stat": "anon 400000\ninactive_file 70000\nactive_file 30000\n",
      "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "1000\n",
    ]
    #expect(try available(files) == 500_000)
    files["sys/fs/cgroup/a/b/memory.max"] = "2000\n"
    #expect(try available(files) == 1_000)
    // In a container the group is the root.
    let container = [
      "proc/self/mountinfo": Self.two, "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/memory.max": "3000\n", "sys/fs/cgroup/memory.current": "1000\n",
    ]
    #expect(try available(container) == 2_000)
  }

  @Test(arguments: [("/", "/job"), ("/docker/12", "/docker/12/job"), ("/docker/12", "/job")])
  func `the limit of a group of version 1 counts`(mounted: String, own: String) throws {
    let folder = own == mounted + "/job" || mounted == "/" ? "memory/job" : "memory"
    let files = [
      "proc/self/mountinfo": Self.one.replacingOccurrences(of: "GROUP", with: mounted),
      "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:\(own)\n0::/\n",
      "sys/fs/cgroup/\(folder)/memory.limit_in_bytes": "800000\n",
      "sys/fs/cgroup/\(folder)/memory.usage_in_bytes": "500000\n",
      "sys/fs/cgroup/\(folder)/memory.stat":
        "cache 9\ntotal_inactive_file 20000\ntotal_active_file 30000\n",
    ]
    #expect(try available(files) == 350_000)
    var free = files
    free["sys/fs/cgroup/\(folder)/memory.limit_in_bytes"] = "9223372036854771712\n"
    #expect(try available(free) == 4_000 << 10)
  }
}
