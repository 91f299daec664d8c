import CodecLM
import CodecLMEvaluation
import Testing

@Suite struct PlainTextTests {
  @Test(arguments: [
    ("a b – ü.jpg", "a b – ü.jpg"), ("a\nb\r\tc", "a\\nb\\r\\tc"), ("\u{1B}[2J", "\\x1B[2J"),
    ("\u{0}\u{7F}", "\\x00\\x7F"), ("\u{9B}2J", "\\u{9B}2J"), ("a\u{202E}gpj", "a\\u{202E}gpj"),
    ("\u{2028}", "\\u{2028}"), ("caf\u{10FEE9}\u{301}", "caf\\xE9\u{301}"),
    ("e\u{301}", "e\u{301}"), ("a\r\nb", "a\\r\\nb"),
  ])
  func `what is not seen is spelt out`(_ text: String, _ expected: String) {
    let line = PlainText.line(text)
    #expect(Array(line.utf8) == Array(expected.utf8))
  }

  @Test func `of several lines only the breaks between them stay`() {
    #expect(PlainText.lines("a\u{1B}\nb\r\nc") == "a\\x1B\nb\\r\nc")
  }

  @Test func `JSON means the same with characters that are seen`() {
    #expect(PlainText.json("\"a\u{9B}\u{202E}ü\u{7F}\"") == "\"a\\u009b\\u202eü\\u007f\"")
  }
}
