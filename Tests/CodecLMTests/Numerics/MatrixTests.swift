import CodecLM
import TestSupport
import Testing

@Suite struct MatrixTests {
  /// 4 × 5: row · 10 + column.
  static func whole() throws -> Matrix {
    try .of((0..<20).map { Float($0 / 5 * 10 + $0 % 5) }, rows: 4, columns: 5)
  }

  @Test func `a view shows its part`() throws {
    let view = try Self.whole().rows(1..<4).columns(2..<4)
    #expect(view.rows == 3 && view.columns == 2 && view.stride == 5)
    #expect(view.elements == [12, 13, 22, 23, 32, 33])
    #expect(view[2, 1] == 33)
    #expect(!view.isContiguous && view.rows(0..<1).isContiguous)
    view.withRow(1) { row in
      #expect(row.count == 2 && row[0] == 22)
    }
  }

  @Test func `writing to a view changes nothing beside it`() throws {
    let whole = try Self.whole()
    var expected = whole.elements
    let view = whole.rows(1..<3).columns(1..<3)
    view.fill(-1)
    for index in [6, 7, 11, 12] { expected[index] = -1 }
    #expect(whole.elements == expected)
    view.fill(from: [1, 2, 3, 4])
    view[1, 0] = 5
    view.withMutableRow(0) { $0[1] = 6 }
    for (index, value) in [(6, 1), (7, 6), (11, 5), (12, 4)] as [(Int, Float)] {
      expected[index] = value
    }
    #expect(whole.elements == expected)
  }

  @Test func `copies go between different strides`() throws {
    let target = try Matrix(rows: 2, columns: 2)
    target.copy(from: try Self.whole().rows(2..<4).columns(3..<5))
    #expect(target.elements == [23, 24, 33, 34])
  }

  @Test func `views of double precision show and write their part`() throws {
    let whole = try DoubleMatrix(try Self.whole())
    let view = whole[1..<4, 2..<4]
    #expect(view.elements == [12, 13, 22, 23, 32, 33] && view.elements(row: 2) == [32, 33])
    view[0, 1] = 0.25
    #expect(whole[1, 3] == 0.25)
    #expect(try DoubleMatrix(copying: view).isContiguous && view.isFinite)
    view[2, 0] = .nan
    #expect(!view.isFinite && whole.rows(0..<3).isFinite)
  }

  @Test func `a new matrix is zero`() throws {
    #expect(try Matrix(rows: 3, columns: 2).elements == [0, 0, 0, 0, 0, 0])
    #expect(try Matrix(rows: 0, columns: 2).elements.isEmpty)
  }

  @Test func `memory that cannot be had is an error`() {
    #expect(throws: NumericsError.self) { try FloatBuffer(count: 1 << 55) }
    #expect(throws: NumericsError.outOfMemory(bytes: .max)) { try FloatBuffer(count: .max) }
  }

  @Test func `a view beyond its buffer traps`() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(try FloatBuffer(count: 14), rows: 3, columns: 5)
    }
    await #expect(processExitsWith: .failure) {
      _ = try Matrix(rows: 3, columns: 5).rows(2..<4)
    }
  }
}
