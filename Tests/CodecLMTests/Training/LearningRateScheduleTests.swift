import CodecLM
import Testing

@Suite struct LearningRateScheduleTests {
  @Test func `the rate rises to its peak and falls to its end`() {
    let schedule = LearningRateSchedule(peak: 2, warmUpShare: 0.1, finalShare: 0.25)
    #expect(schedule.rate(at: 0) == 0)
    #expect(schedule.rate(at: 0.05) == 1)
    #expect(schedule.rate(at: 0.1) == 2)
    #expect(abs(schedule.rate(at: 0.55) - 1.25) < 1e-6)
    #expect(abs(schedule.rate(at: 1) - 0.5) < 1e-6)
    #expect(schedule.rate(at: 7) == schedule.rate(at: 1))
  }
}
