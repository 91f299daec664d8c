extension AVCGrammar {
  /// What the slices of a frame are, which is the same for all of them.
  enum FrameKind: UInt8 {
    case idr, intra, predicted
    /// A frame that is not IDR, before the first slice_type.
    case undecided
  }

  /// What a frame's slice headers hang on.
  struct Picture {
    /// Frames before this one.
    var number = 0
    /// Macroblocks of the frame that are whole.
    var macroblock = 0
    /// frame_num, counted from the last IDR frame.
    var frameNumber = 0
    /// idr_pic_id: alternately 0 and 1.
    var idrNumber = 0
  }

  /// Which syntax element is due in a slice.
  enum Element: UInt8 {
    case header, sliceType, skipRun, macroblockType
    case predictionMode, chromaMode, reference
    case horizontal, horizontalEnd, vertical, verticalEnd
    case codedBlockPattern, quantizerDelta
    case coeffToken, trailingOnes, levelPrefix, levelSuffix, totalZeros, runBefore
    case stop, alignment
  }

  /// A macroblock's way of prediction.
  enum Prediction: UInt8 {
    case intra4x4, intra16x16, inter
  }

  /// Sixteen numbers below 16.
  struct Nibbles {
    private var word: UInt64 = 0

    subscript(place: Int) -> Int {
      get { Int(word >> UInt64(4 * place) & 15) }
      set {
        word &= ~(15 << UInt64(4 * place))
        word |= UInt64(newValue) << UInt64(4 * place)
      }
    }
  }

  /// A place in a slice.
  struct Slice {
    var kind = FrameKind.idr
    var element = Element.header
    /// The bits of a code so far, as a node of its tree.
    var node: AVCCodes.Root = 0
    /// Bits left of a number that may be any, and those that were read.
    var numberBits = 0 as UInt8
    var number = 0 as UInt16
    /// Bits of the header that are left.
    var header = BitString()

    var prediction = Prediction.inter
    var pattern = 0 as UInt8
    /// Which block: of Intra_4x4 modes 0 to 15; of the residual 0 for Intra_16x16 DC, 1 to 16 luma,
    /// 17 and 18 chroma DC, 19 to 26 chroma AC.
    var block = 0 as UInt8
    /// Each 4 × 4 block's mode; later its total_coeff, where 15 also stands for 16, for nC is in the
    /// same range.
    var blocks = Nibbles()

    /// TotalCoeff of this block, and TrailingOnes.
    var total = 0 as UInt8
    var ones = 0 as UInt8
    /// Levels, later runs, of the block that are left.
    var left = 0 as UInt8
    var suffixLength = 0 as UInt8
    var prefix = 0 as UInt8
    var zerosLeft = 0 as UInt8
  }

  /// A place in a stream.
  struct State {
    enum Phase: Equatable {
      case header(Int)
      /// The start code and header of a slice's NAL unit.
      case sliceStart(Int)
      /// The start code of a frame's first NAL unit, and behind it the choice of its type.
      case frameStart(Int)
      case parameterSets(Int)
      case slice
      case complete
    }

    var phase: Phase
    var picture = Picture()
    var slice = Slice()
    /// Bytes of zero that came last in the NAL unit.
    var zeros = 0
    /// Whether an emulation prevention byte came last.
    var isEscaped = false
  }
}
