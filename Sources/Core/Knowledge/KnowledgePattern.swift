import Formats
import Text

/// What a sentence of some form says.
struct KnowledgePattern: Sendable {
  enum Sense: String, Sendable, CaseIterable {
    /// Something is so.
    case tell
    /// It has become so: from now, where no time is said.
    case change
    /// It was so, and is no longer.
    case past
    /// It ends.
    case end
    /// What, who, where.
    case ask
    /// The same of the time before, which is over.
    case before
    /// From when and whom it is known.
    case sourced
    /// Whether it is so.
    case check
    /// Whose it is, from the other side.
    case whose
    /// Since when.
    case since
    /// All that is known of somebody.
    case about
    /// What was told, and what was said besides.
    case told
    /// When something was done last.
    case last
    /// What somebody mostly has or does.
    case usual
    case forget
    case forgetLast = "forget_last"
    case forgetAll = "forget_all"
    /// What was said last is wrong.
    case wrong
    /// How two are connected.
    case path
    /// Who can do something, and how they are connected with whom it is for.
    case able
    /// Two names are one.
    case same
    /// Two names are two after all.
    case different
    /// Something has a value under words of the person's own; only where they ask that it be remembered.
    case own
    /// The same, asked for.
    case askOwn = "ask_own"
  }

  let sense: Sense
  let pattern: SentencePattern
  /// Where the sentence has no word for it.
  let relation: String?
  /// Taken before the classifier is asked; else only where that knows nothing better.
  let isSure: Bool
  /// The object, where the sentence stands for one ("take Amma to …" is driving).
  let value: String?
  /// Only of somebody: "Amma is on …" tells of a medicine, "the meeting is on …" of a day.
  let isOfPerson: Bool
  /// Only of somebody who is named with what they are to somebody: "is in" alone may be a faint or the floor.
  let isOfNamed: Bool
  /// What becomes the value instead of the object alone.
  let keeps: Keeps?
  /// Only behind "remember that …", or of a longer time: "took" alone tells of one dose.
  let isOnlyTold: Bool
  /// Only with a time that is behind us: "I went to the dentist on Friday".
  let isGone: Bool
  /// Only of what is known: "left Chennai" may be a way to work.
  let isOnlyKnown: Bool
  /// Whatever is known of the relation: "quit her job".
  let isOfAll: Bool

  /// Whenever it was: "did I have …".
  let isEver: Bool
  /// With a time that is not now it is no call for help, whatever its words: "… died of a heart attack in 1990".
  let isCalm: Bool

  enum Keeps: String { case whole, behind }

  /// What is not asked or told in this way of whoever speaks: "what did I say", "I am busy on Friday".
  enum Kind { case told, note, other }
  var kind: Kind { sense == .told ? .told : keeps == .whole ? .note : .other }

  /// It says that something is so, in the words that stand there.
  var isStatement: Bool { sense == .tell || sense == .own }

  static func read(
    _ node: YAMLNode, _ known: [String: Relation], _ cases: [String: CaseForm], _ numbers: inout WordNumbers
  ) throws -> [KnowledgePattern] {
    try node.onlyKeys([
      "as", "relation", "sure", "like", "value", "subject", "keeps", "told", "known", "all", "gone", "ever", "calm",
    ])
    let name = try node.required("as")
    guard let sense = name.string.flatMap(Sense.init(rawValue:)) else {
      throw name.error("one of \(Sense.allCases.map(\.rawValue).joined(separator: ", ")) was expected")
    }
    let relation = try node["relation"]?.string(expecting: "a relation's name")
    if let relation, known[relation] == nil {
      throw node["relation"]?.error("\(relation) is not in relations.yaml") ?? node.error("a relation was expected")
    }
    let isSure = try node["sure"]?.bool() ?? true
    let value = try node["value"]?.string(expecting: "the words that it stands for")
    let subject = try node["subject"]?.string(expecting: "person or named")
    let (isOfPerson, isOfNamed) = (subject != nil, subject == "named")
    let (isOnlyTold, isOnlyKnown) = (try node["told"]?.bool() ?? false, try node["known"]?.bool() ?? false)
    let isOfAll = try node["all"]?.bool() ?? false
    let (isEver, isCalm) = (try node["ever"]?.bool() ?? false, try node["calm"]?.bool() ?? false)
    let isGone = try node["gone"]?.bool() ?? false
    let keeps = try node["keeps"].map { node in
      guard let keeps = node.string.flatMap(Keeps.init(rawValue:)) else {
        throw node.error("whole or behind was expected")
      }
      return keeps
    }
    if let subject, !["person", "named"].contains(subject) { throw node.error("a subject is person or named") }
    let isOfPlace = relation.flatMap { known[$0] }?.object == "place"
    return try node.required("like").sequence(expecting: "a list of sentences").map { line in
      var pattern = try SentencePattern(line.string(), line, cases, &numbers)
      pattern.prefersNames = isOfPlace
      return KnowledgePattern(
        sense: sense, pattern: pattern, relation: relation,
        isSure: isSure, value: value, isOfPerson: isOfPerson, isOfNamed: isOfNamed, keeps: keeps,
        isOnlyTold: isOnlyTold, isGone: isGone,
        isOnlyKnown: isOnlyKnown, isOfAll: isOfAll, isEver: isEver, isCalm: isCalm)
    }
  }
}
