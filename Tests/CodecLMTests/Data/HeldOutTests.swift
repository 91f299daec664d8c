import CodecLM
import Foundation
import Testing

struct HeldOutTests {
  @Test func `an image keeps its side whatever else is in the folder`() throws {
    let fixture = try StoreFixture(lengths: Array(repeating: 2, count: 300))
    let all = try fixture.build()
    let heldOut = Set(all.heldOutIndices.map(all.name))
    // 60 expected, deviation 7; four deviations.
    #expect((32...88).contains(heldOut.count))
    for index in stride(from: 0, to: 300, by: 2) {
      try FileManager.default.removeItem(
        at: fixture.folder("images/\(StoreFixture.name(index))"))
    }
    let half = try fixture.build()
    #expect(half.count == 150)
    for index in 0..<150 {
      #expect(half.heldOutIndices.contains(index) == heldOut.contains(half.name(of: index)))
    }
  }

  @Test(arguments: [0.0, 1.0], [2, 3, 50])
  func `neither side of two or more images is empty`(share: Double, count: Int) throws {
    let store = try StoreFixture(lengths: Array(repeating: 2, count: count))
      .build(heldOutShare: share)
    #expect(store.heldOutIndices.count == (share == 0 ? 1 : count - 1))
    #expect(store.trainingIndices.count == (share == 0 ? count - 1 : 1))
  }

  @Test(arguments: [0.0, 1.0])
  func `a single image is on both sides`(share: Double) throws {
    let store = try StoreFixture(lengths: [5]).build(heldOutShare: share)
    #expect(store.trainingIndices == [0])
    #expect(store.heldOutIndices == [0])
  }
}
