import Testing

@testable import Learning

@Suite("Words in their order")
struct SequenceTrainerTests {
  /// The same words, and only their order tells what is wanted.
  private static let texts: [(String, Int32)] = [
    ("send money to ravi from meena", 0), ("send money from meena to ravi", 0), ("pay ravi out of meena", 0),
    ("send money to meena from ravi", 1), ("send money from ravi to meena", 1), ("pay meena out of ravi", 1),
    ("please send money to ravi from meena", 0), ("please send money to meena from ravi", 1),
  ]

  private static let forms = texts.map { WordForms($0.0) }
  private static let words = WordRuns(forms, most: 4_000)

  private static func train(seed: UInt64 = 7, steps: Int = 160) -> [SequenceTrainer.Weights] {
    var options = SequenceTrainer.Options()
    (options.seed, options.leastSteps) = (seed, steps)
    return SequenceTrainer(
      rows: forms.map(words.words), columns: words.width, labels: texts.map(\.1), weights: texts.map { _ in 1 },
      classes: 2, options: options
    ).train()
  }

  @Test("tells apart what only the order of the words does, with a slip in a word too")
  func order() {
    let head = SequenceHead(Self.train(), Self.words, classes: 2)
    for (text, label) in Self.texts + [("sned money to ravi from meena", 0), ("send mony to meena from ravi", 1)] {
      let scores = head.scores(Self.words.words(WordForms(text)))
      #expect((scores[1] > scores[0]) == (label == 1), "\(text)")
    }
  }

  @Test("the same seed gives the same nets, another others, and no two nets of one seed are alike")
  func determinism() {
    let (first, again, other) = (Self.train(steps: 5), Self.train(steps: 5), Self.train(seed: 8, steps: 5))
    #expect(first.map(\.runs) == again.map(\.runs) && first.map(\.second) == again.map(\.second))
    #expect(first[0].first != other[0].first && first[0].first != first[1].first)
  }

  @Test("no words, words like no other and very many words are no trouble")
  func odd() {
    let head = SequenceHead(Self.train(steps: 5), Self.words, classes: 2)
    for text in ["", "???", "ஃ", "zzzz qqqq", String(repeating: "send money ", count: 500)] {
      let scores = head.scores(Self.words.words(WordForms(text)))
      #expect(scores.count == 2 && scores.allSatisfy(\.isFinite), "\(text)")
    }
  }

  @Test("numbers are alike, and a word shares its runs of letters with one that is misspelt")
  func runs() {
    let words = WordRuns([WordForms("remind me at 12")], most: 4_000)
    #expect(words.words(WordForms("remind me at 78")) == words.words(WordForms("remind me at 12")))
    let (right, wrong) = (words.words(WordForms("remind"))[0], words.words(WordForms("remibd"))[0])
    #expect(!Set(right).isDisjoint(with: wrong) && right != wrong)
    #expect(words.words(WordForms("xyzzy")) == [[]])
  }

  /// What rows that are moved when their turn comes have done is what all rows moved at each step do, but for the rate, which
  /// is taken from the beginning of the pause.
  @Test("a row that is looked at seldom comes to where it would have come")
  func seldom() {
    let width = 16
    let start = (0..<2 * width).map { Float($0) / 10 }
    var (each, seldom) = (AdamWeights(start, decay: 0.01), AdamWeights(start, decay: 0.01))
    var last: [Int32] = [0, 0]
    for number in 1...30 {
      for index in 0..<width { (each.slopes[index], seldom.slopes[index]) = (0.5, 0.5) }
      let isSecond = number == 3 || number == 20
      if isSecond {
        for index in width..<2 * width { (each.slopes[index], seldom.slopes[index]) = (-0.25, -0.25) }
      }
      each.step(1e-2, number)
      seldom.step(rows: isSecond ? [0, 1] : [0], width: width, number, rate: { _ in 1e-2 }, last: &last)
    }
    seldom.catchUp(1, width, to: 30, { _ in 1e-2 }, &last)
    for index in each.weights.indices {
      let moved = abs(each.weights[index] - start[index])
      #expect(abs(each.weights[index] - seldom.weights[index]) <= moved * 0.2 + 1e-6, "\(index)")
    }
  }
}
