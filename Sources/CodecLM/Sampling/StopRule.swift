/// Says whether a stream ends behind its tokens so far, the last of which were just drawn.
///
/// ```swift
/// generator.stop = { $0.body.count >= 200 }
/// ```
public typealias StopRule = @Sendable (DecodingContext) -> Bool
