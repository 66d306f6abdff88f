internal import Base

/// Why a picture could not be made.
package struct GraphicsError: SpeakingError {
  package enum Fact: String, Sendable { case libraryMissing, sizeOutOfRange, busy, drawingFailed }

  package let fact: Fact
  package let sentence: String

  package var code: String { "graphics.\(fact.rawValue)" }

  static func missing(_ name: String, package: String) -> Self {
    Self(
      fact: .libraryMissing,
      sentence: "Pictures need \(name), which is not installed here: run “apt-get install \(package)”.")
  }
  static func size(_ width: Int, _ height: Int) -> Self {
    Self(
      fact: .sizeOutOfRange,
      sentence: "A picture is between \(Canvas.sides.lowerBound) and \(Canvas.sides.upperBound) pixels wide and high, "
        + "not \(width) × \(height).")
  }
  static let busy = Self(fact: .busy, sentence: "Too many pictures are being drawn just now; try again in a moment.")
  static func failed(_ reason: String) -> Self {
    Self(fact: .drawingFailed, sentence: "The picture could not be drawn: \(reason).")
  }
}
