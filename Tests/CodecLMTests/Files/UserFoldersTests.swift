import CodecLM
import Foundation
import Testing

@Suite struct UserFoldersTests {
  #if !os(macOS)
    @Test func `caches are where the variables say`() {
      let named = UserFolders.caches(["XDG_CACHE_HOME": "/a/caches", "HOME": "/b"])
      #expect(named.path == "/a/caches")
      for other in ["", "relative"] {
        let home = UserFolders.caches(["XDG_CACHE_HOME": other, "HOME": "/b"])
        #expect(home.path == "/b/.cache")
      }
    }
  #endif

  @Test(arguments: [[:], ["HOME": ""]])
  func `without a home it is the password database's`(_ environment: [String: String]) {
    let home = UserFolders.home(environment)
    #expect(home.path == FileManager.default.homeDirectory(forUser: NSUserName())?.path)
  }
}
