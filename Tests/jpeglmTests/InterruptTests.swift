import Testing
import jpeglm

@Suite struct InterruptTests {
  @Test func `signals within a moment are one, and a later one insists`() {
    var insistence = Interrupt.Insistence()
    let times = [7, 7.000_01, 7.9, 7 + Interrupt.Insistence.moment]
    let said = times.map { insistence.insists(at: $0) }
    #expect(said == [false, false, false, true])
  }
}
