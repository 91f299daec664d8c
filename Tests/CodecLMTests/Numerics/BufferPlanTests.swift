import CodecLM
import Testing

@Suite struct BufferPlanTests {
  private struct Parts {
    let first, second: Matrix
    let panels: PanelMatrix
  }

  @Test func `parts share one buffer, each at a multiple of sixteen, and none overlaps another`()
    throws
  {
    var runs: [Bool] = []
    let parts = try BufferPlan.build { plan in
      runs.append(plan.isPlacing)
      return Parts(
        first: plan.matrix(rows: 3, columns: 5), second: plan.matrix(rows: 1, columns: 17),
        panels: plan.panels(.f32, outputs: 33, inputs: 2))
    }
    #expect(runs == [false, true])
    #expect(parts.first.offset == 0 && parts.second.offset == 16)
    #expect(parts.first.buffer === parts.second.buffer)
    #expect(parts.first.buffer.count == 16 + 32 + PanelMatrix.words(.f32, outputs: 33, inputs: 2))
    #expect(parts.panels.panels == 2)
  }
}
