import CVectors

#if canImport(Glibc)
  import Glibc
#endif

/// Weights with what Adam (Kingma and Ba, 2015; decay apart, after Loshchilov and Hutter, 2019) remembers of their slopes.
struct AdamWeights {
  var weights: [Float]
  var slopes: [Float]
  private var means, squares: [Float]
  private let decay: Float

  /// - Parameter weights: a multiple of 16 of them.
  init(_ weights: [Float], decay: Float) {
    self.weights = weights
    self.decay = decay
    slopes = [Float](repeating: 0, count: weights.count)
    (means, squares) = (slopes, slopes)
  }

  /// - Parameter number: of the step, from one on.
  mutating func step(_ rate: Float, _ number: Int) {
    let pull = AdamPull(number)
    th_adam_step(
      &weights, &slopes, &means, &squares, weights.count, rate / pull.mean, 1 / pull.square, rate * decay)
  }

  /// The same for a few rows: what the others would have moved meanwhile by what is remembered of their slopes is made up
  /// for when their turn comes.
  ///
  /// - Parameters:
  ///   - rate: of any step.
  ///   - last: by row, the step in which it was looked at last; 0 for never.
  mutating func step(
    rows: some Sequence<Int>, width: Int, _ number: Int, rate: (Int) -> Float, last: inout [Int32]
  ) {
    let now = AdamPull(number), rateNow = rate(number)
    for row in rows {
      catchUp(row, width, to: number - 1, rate, &last)
      last[row] = Int32(number)
      let from = row * width
      weights.withUnsafeMutableBufferPointer { weights in
        slopes.withUnsafeMutableBufferPointer { slopes in
          means.withUnsafeMutableBufferPointer { means in
            squares.withUnsafeMutableBufferPointer { squares in
              guard let w = weights.baseAddress, let s = slopes.baseAddress, let m = means.baseAddress,
                let q = squares.baseAddress
              else { return }
              th_adam_step(
                w + from, s + from, m + from, q + from, width, rateNow / now.mean, 1 / now.square, rateNow * decay)
            }
          }
        }
      }
    }
  }

  /// What a row would have moved by itself since it was looked at last.
  mutating func catchUp(_ row: Int, _ width: Int, to number: Int, _ rate: (Int) -> Float, _ last: inout [Int32]) {
    let before = Int(last[row]), missed = number - before
    guard before > 0, missed > 0 else { return }
    last[row] = Int32(number)
    // its movement fades by this much a step, so that nearly all of it lies in the next few
    let fading = 0.9 / Float(0.999).squareRoot()
    let moved = fading * (1 - pow(fading, Float(missed))) / (1 - fading)
    let pull = AdamPull(before + 1), rateThen = rate(min(number, before + 5))
    let from = row * width
    weights.withUnsafeMutableBufferPointer { weights in
      means.withUnsafeMutableBufferPointer { means in
        squares.withUnsafeMutableBufferPointer { squares in
          guard let w = weights.baseAddress, let m = means.baseAddress, let q = squares.baseAddress else { return }
          th_adam_catch_up(
            w + from, m + from, q + from, width, rateThen * moved / pull.mean, 1 / pull.square,
            pow(1 - rateThen * decay, Float(missed)), pow(0.9, Float(missed)), pow(0.999, Float(missed)))
        }
      }
    }
  }
}

/// How much of the true means Adam's have by a step: they begin at zero.
private struct AdamPull {
  let mean, square: Float

  init(_ number: Int) { (mean, square) = (1 - pow(0.9, Float(number)), 1 - pow(0.999, Float(number))) }
}

enum Likelihood {
  /// Probability less truth in place of the scores of some rows, by each row's share; columns from `classes` on become zero.
  static func residuals(
    _ scores: inout [Float], width: Int, classes: Int, _ rows: [(label: Int32, share: Float)]
  ) {
    for (place, row) in rows.enumerated() {
      let from = place * width
      var top = scores[from]
      for column in 1..<max(2, classes) where column < classes { top = max(top, scores[from + column]) }
      var sum: Float = 0
      for column in 0..<classes {
        scores[from + column] = exp(scores[from + column] - top)
        sum += scores[from + column]
      }
      for column in 0..<classes { scores[from + column] *= row.share / sum }
      for column in classes..<width { scores[from + column] = 0 }
      scores[from + Int(row.label)] -= row.share
    }
  }
}
