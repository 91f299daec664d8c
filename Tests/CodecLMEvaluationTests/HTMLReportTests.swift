import CodecLM
import CodecLMEvaluation
import Foundation
import TestSupport
import Testing

@Suite struct HTMLReportTests {
  private func report() throws -> EvaluationReport {
    var report = EvaluationReport(features: nil, seed: 7)
    report.sets = [.init(name: "real", origin: "a<b>&\"c\"")]
    report.add([
      try Comparison(
        reference: .init("real", FeatureSets.named("a")),
        set: .init("generated", FeatureSets.named("b")))
    ])
    return report
  }

  @Test func `a page needs nothing outside it and means text as text`() throws {
    var page = HTMLReport(try report())
    page.sheets = [.init("some", [TestImages.picture(1), TestImages.picture(2, size: 300)])]
    page.lengths = [.init(name: "real", bits: [800, 900, 1_000]), .init(name: "none", bits: [])]
    page.neighbours = [
      .init(TestImages.picture(1), nearest: [(TestImages.picture(2), "two.jpg", 1.5)])
    ]
    let text = try page.page()
    #expect(!text.contains("http") && !text.contains("<script"))
    #expect(text.contains("a&lt;b&gt;&amp;&quot;c&quot;") && !text.contains("a<b>"))
    #expect(text.components(separatedBy: "data:image/jpeg;base64,").count == 5)
    #expect(text.contains("two.jpg") && text.contains("mean 900.0"))
    #expect(text.contains("<td class=\"number\">8.09</td>"))
  }

  @Test(arguments: ["\"", "<", ">", "&", "'"])
  func `an accent behind a mark does not hide it`(mark: String) throws {
    let name = "a\(mark)\u{301}b\u{1B}.jpg"
    var page = HTMLReport(try report())
    page.neighbours = [
      .init(TestImages.picture(1), nearest: [(TestImages.picture(2), name, 1.5)])
    ]
    let text = try page.page()
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(!text.utf8.contains(name.utf8.dropFirst().dropLast(5)))
    #expect(text.contains("b\\x1B.jpg"))
  }

  @Test func `lengths of one picture make a histogram`() throws {
    var page = HTMLReport(try report())
    page.lengths = [.init(name: "real", bits: [800])]
    #expect(try page.page().contains("<svg"))
  }

  @Test func `a report survives JSON`() throws {
    let report = try report()
    let data = try JSONEncoder().encode(report)
    let read = try JSONDecoder().decode(EvaluationReport.self, from: data)
    #expect(read.comparisons == report.comparisons)
    #expect(read.seed == 7)
  }

  @Test func `a report in the earlier spelling is read`() throws {
    let report = try report()
    let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
    let older = text.replacingOccurrences(of: "subset_size", with: "subsetSize")
    #expect(older != text)
    try withTemporaryFolder { folder in
      for text in [text, older] {
        let url = folder.appendingPathComponent("a.json")
        try Data(text.utf8).write(to: url)
        #expect(try EvaluationReport(contentsOf: url).comparisons == report.comparisons)
      }
    }
  }
}
