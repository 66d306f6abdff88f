/// A piece of a sentence that the grammar of time has read, from one word to a whole expression.
struct TimeNode {
  var start: Int
  var end: Int
  var category: TimeCategory
  /// Of a word or a number: which one (`month.5` is 5); thousandths for `quantity`.
  var number = 0
  /// Written in so many digits; 0 for a word.
  var digits = 0
  var kind = TimeWords.Word.Kind.plain
  var meaning: TimeMeaning?
  /// Breaks ties between readings of the same words; a rule that guesses takes something off.
  var score = 0

  /// Fills the place of an optional part that was not said.
  static var absent: TimeNode { TimeNode(start: 0, end: 0, category: .none) }
  var isAbsent: Bool { category == .none }
  var length: Int { end - start }
}

/// A set of categories.
struct CategorySet: ExpressibleByArrayLiteral {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init(arrayLiteral elements: TimeCategory...) { for element in elements { insert(element) } }
  init(_ category: TimeCategory) { insert(category) }

  mutating func insert(_ category: TimeCategory) {
    if category.rawValue < 64 {
      low |= 1 << UInt64(category.rawValue)
    } else {
      high |= 1 << UInt64(category.rawValue - 64)
    }
  }
  func contains(_ category: TimeCategory) -> Bool {
    category.rawValue < 64
      ? low & (1 << UInt64(category.rawValue)) != 0 : high & (1 << UInt64(category.rawValue - 64)) != 0
  }
  var isEmpty: Bool { low == 0 && high == 0 }
  func intersects(_ other: CategorySet) -> Bool { low & other.low != 0 || high & other.high != 0 }
}

/// One way to make a larger piece of smaller ones that stand side by side.
struct TimeRule: Sendable {
  struct Part: Sendable {
    var categories: CategorySet
    var isOptional = false
  }
  typealias Build = @Sendable (TimeGrammar.Scope, [TimeNode]) -> TimeNode?

  var parts: [Part]
  /// The pieces by place in `parts`; `absent` where an optional one was not said. `nil` refuses the match.
  var build: Build

  init(_ parts: [Part], _ build: @escaping Build) {
    self.parts = parts
    self.build = build
  }
}

/// A rule with its optional parts settled, as the chart walks it.
struct TimeRuleForm: Sendable {
  var parts: [CategorySet]
  /// By place in the rule: the place in `parts`, or -1.
  var places: [Int]
  var build: TimeRule.Build

  static func all(of rule: TimeRule) -> [TimeRuleForm] {
    let optional = rule.parts.indices.filter { rule.parts[$0].isOptional }
    return (0..<(1 << optional.count)).compactMap { mask in
      var parts: [CategorySet] = []
      var places: [Int] = []
      for (index, part) in rule.parts.enumerated() {
        if let bit = optional.firstIndex(of: index), mask & (1 << bit) == 0 {
          places.append(-1)
        } else {
          places.append(parts.count)
          parts.append(part.categories)
        }
      }
      return parts.isEmpty ? nil : TimeRuleForm(parts: parts, places: places, build: rule.build)
    }
  }
}

/// Builds every piece the rules can make of a sentence, from left to right; bounded for any text.
struct TimeChart {
  /// Pieces that end at one place, and all together: far above what people write, and a limit for what attackers do.
  private static let most = (atPlace: 96, all: 6_000, length: 28)

  private let grammar: TimeGrammar
  private let scope: TimeGrammar.Scope
  /// By end.
  private(set) var nodes: [[TimeNode]]
  private var present: [CategorySet]
  private var count = 0

  init(_ grammar: TimeGrammar, _ scope: TimeGrammar.Scope, words: [TimeNode]) {
    self.grammar = grammar
    self.scope = scope
    let size = scope.sentence.tokens.count + 1
    nodes = [[TimeNode]](repeating: [], count: size)
    present = [CategorySet](repeating: [], count: size)
    var byEnd = [[TimeNode]](repeating: [], count: size)
    for word in words { byEnd[word.end].append(word) }
    for end in 1..<max(size, 1) {
      for word in byEnd[end] { add(word) }
    }
  }

  private mutating func add(_ node: TimeNode) {
    guard node.length <= Self.most.length, nodes[node.end].count < Self.most.atPlace, count < Self.most.all,
      !isKnown(node)
    else { return }
    nodes[node.end].append(node)
    present[node.end].insert(node.category)
    count += 1
    for form in grammar.forms[Int(node.category.rawValue)] {
      var taken = [node]
      match(form, form.parts.count - 1, &taken)
    }
  }

  /// Two readings of the same words may differ in what they mean; a third adds nothing.
  private func isKnown(_ node: TimeNode) -> Bool {
    var alike = 0
    for other in nodes[node.end] where other.start == node.start && other.category == node.category {
      if node.meaning == nil && other.meaning == nil && other.number == node.number { return true }
      if let meaning = node.meaning, let known = other.meaning, meaning.isSame(as: known) { return true }
      alike += 1
    }
    return alike >= 3
  }

  /// Looks for the parts before `place`, from right to left.
  private mutating func match(_ form: TimeRuleForm, _ place: Int, _ taken: inout [TimeNode]) {
    guard place > 0 else {
      let ordered = form.places.map { $0 < 0 ? TimeNode.absent : taken[form.parts.count - 1 - $0] }
      guard let first = taken.last, let last = taken.first, var made = form.build(scope, ordered) else { return }
      made.start = first.start
      made.end = last.end
      add(made)
      return
    }
    guard let start = taken.last?.start, start > 0, present[start].intersects(form.parts[place - 1]) else { return }
    for index in nodes[start].indices where form.parts[place - 1].contains(nodes[start][index].category) {
      taken.append(nodes[start][index])
      match(form, place - 1, &taken)
      taken.removeLast()
    }
  }

  private func isWanted(_ node: TimeNode) -> Bool {
    if let only = scope.policy.only { return TimeValueReader.types[node.category] == only }
    if scope.policy.splitsDaysAndHours { return [.date, .time, .duration, .set].contains(node.category) }
    guard scope.policy.isForTasks, node.category == .range, let meaning = node.meaning else { return true }
    return meaning.grain < .quarter || meaning.modifier != nil
  }

  /// The pieces to report: together they explain the most words with the fewest pieces.
  func best() -> [TimeNode] {
    var best: [(score: Int, node: TimeNode?, from: Int)] = [(0, nil, 0)]
    for end in nodes.indices.dropFirst() {
      var here = (score: best[end - 1].score, node: TimeNode?.none, from: end - 1)
      for node in nodes[end] where node.category.isReported && !(node.meaning?.isPart ?? true) && isWanted(node) {
        let score = best[node.start].score + node.length * 10 - 6 + node.score
        if score > here.score { here = (score, node, node.start) }
      }
      best.append(here)
    }
    var found: [TimeNode] = []
    var place = best.count - 1
    while place > 0 {
      if let node = best[place].node { found.append(node) }
      place = best[place].from
    }
    return found.reversed()
  }
}
