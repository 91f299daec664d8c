import CodecLM

/// Where a tensor [channels, height, width] lies in a buffer: its channels in blocks.
///
/// A block is [row, column, lane]. Around the rows and columns that count is a border, which is zero
/// where a convolution reaches beyond the picture.
package struct BlockTensor: Sendable, Equatable {
  /// Channels of a block, but for a network's input, see ``rgb(height:width:)``.
  package static let lanes = 16

  package let channels: Int
  package let height: Int
  package let width: Int
  /// Floats of a pixel in a block.
  package let lanes: Int
  /// Rows above and below.
  package var borderRows = 0
  /// Columns on the left and on the right.
  package var borderColumns = 0
  /// Index of the first float in the buffer.
  package var offset = 0

  package init(channels: Int, height: Int, width: Int) {
    self.init(channels: channels, height: height, width: width, lanes: Self.lanes)
  }

  private init(channels: Int, height: Int, width: Int, lanes: Int) {
    precondition(channels > 0 && height > 0 && width > 0, "[\(channels), \(height), \(width)]")
    self.channels = channels
    self.height = height
    self.width = width
    self.lanes = lanes
  }

  /// A picture of red, green, blue and zero, interleaved: a single block of four lanes.
  package static func rgb(height: Int, width: Int) -> BlockTensor {
    BlockTensor(channels: 3, height: height, width: width, lanes: 4)
  }

  package var blocks: Int { (channels + lanes - 1) / lanes }
  /// Floats from one row to the next.
  package var pitch: Int { (width + 2 * borderColumns) * lanes }
  /// Floats from one block to the next.
  package var plane: Int { (height + 2 * borderRows) * pitch }
  /// Floats of memory, with room to read a whole register at the last pixel.
  package var count: Int { blocks * plane + Self.lanes - lanes }
  package var hasBorder: Bool { borderRows > 0 || borderColumns > 0 }

  /// Index of the first float of a pixel, which may be in the border.
  package func index(block: Int = 0, row: Int, column: Int) -> Int {
    precondition(
      block >= 0 && block < blocks && row >= -borderRows && row <= height + borderRows
        && column >= -borderColumns && column <= width + borderColumns,
      "pixel (\(row), \(column)) of block \(block) in \(self)")
    return offset + block * plane + (row + borderRows) * pitch + (column + borderColumns) * lanes
  }

  /// Some of the blocks.
  package func blocks(_ range: Range<Int>) -> BlockTensor {
    precondition(lanes == Self.lanes && range.lowerBound >= 0 && range.upperBound <= blocks)
    var part = BlockTensor(channels: range.count * lanes, height: height, width: width)
    part.borderRows = borderRows
    part.borderColumns = borderColumns
    part.offset = offset + range.lowerBound * plane
    return part
  }
}
