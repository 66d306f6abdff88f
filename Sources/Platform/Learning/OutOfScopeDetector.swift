import Base

#if canImport(Glibc)
  import Glibc
#endif

/// Tells from how the heads and the nearest examples look at a sentence whether it means anything they know.
struct OutOfScopeDetector: Sendable {
  /// What is weighed. Numbers that do not exist (no memory without sentence vectors) are 0 for every sentence.
  struct Signals: Sendable {
    static let count = 12
    var numbers: [Double]
  }

  var logistic: SmallLogistic
  /// From this probability on a sentence is rejected.
  var threshold: Double

  func probability(_ signals: Signals) -> Double { logistic.probability(signals.numbers) }

  /// Judges by confidence alone, for sets too small to learn more from.
  static let byConfidence = OutOfScopeDetector(
    logistic: SmallLogistic(weights: [-8] + [Double](repeating: 0, count: Signals.count - 1), constant: 2),
    threshold: 0.5)

  /// - Parameters:
  ///   - rejecting: the share of sentences in scope that may be rejected.
  static func fitted(
    inScope: [Signals], outOfScope: [Signals], importance: Double, rejecting share: Double, judge: [Signals]
  ) -> OutOfScopeDetector {
    guard inScope.count >= 8, outOfScope.count >= 4 else {
      var detector = byConfidence
      detector.threshold = limit(judge.map(detector.probability), rejecting: share)
      return detector
    }
    let weight = importance * Double(inScope.count) / Double(outOfScope.count)
    let logistic = SmallLogistic(
      (inScope + outOfScope).map(\.numbers),
      isOne: inScope.map { _ in false } + outOfScope.map { _ in true },
      importance: inScope.map { _ in 1 } + outOfScope.map { _ in weight }, ridge: 1)
    var detector = OutOfScopeDetector(logistic: logistic, threshold: 0.5)
    detector.threshold = limit(judge.map(detector.probability), rejecting: share)
    return detector
  }

  /// The least probability that rejects no more than the share; half when there is nothing to judge by.
  private static func limit(_ probabilities: [Double], rejecting share: Double) -> Double {
    guard !probabilities.isEmpty else { return 0.5 }
    let sorted = probabilities.sorted(by: >)
    let rejected = Int((share * Double(sorted.count)).rounded())
    guard rejected > 0 else { return min(1, sorted[0] + 1e-6) }
    guard rejected < sorted.count else { return sorted[sorted.count - 1] }
    return (sorted[rejected - 1] + sorted[rejected]) / 2
  }

  func write(to writer: inout DataWriter) {
    logistic.write(to: &writer)
    writer.array([threshold])
  }

  init(from reader: inout DataReader) throws {
    logistic = try SmallLogistic(from: &reader, width: Signals.count)
    let threshold: [Double] = try reader.array()
    guard threshold.count == 1, threshold[0].isFinite else { throw DataReader.Damaged() }
    self.threshold = threshold[0]
  }

  init(logistic: SmallLogistic, threshold: Double) {
    self.logistic = logistic
    self.threshold = threshold
  }
}
