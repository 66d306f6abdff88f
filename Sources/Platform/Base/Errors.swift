/// What every room's error gives: a stable code for programs and a sentence a person can act on.
///
/// Codes read `room.fact` and hold no values, so that they can label metrics.
package protocol SpeakingError: Error, Sendable, CustomStringConvertible {
  var code: String { get }
  var sentence: String { get }
  /// The parameter, key or field that is wrong, where one is.
  var field: String? { get }
}

extension SpeakingError {
  package var field: String? { nil }
  package var description: String { "\(code): \(sentence)" }
}

/// A mistake in a file that people edit.
package struct DataFileError: SpeakingError {
  package let file: String
  package let line: Int?
  package let expected: String

  package init(file: String, line: Int?, expected: String) {
    self.file = file
    self.line = line
    self.expected = expected
  }

  package var code: String { "data.invalid" }
  package var sentence: String { "\(file)\(line.map { ", line \($0)" } ?? ""): \(expected)" }
}
