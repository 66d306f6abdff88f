import Actions
import Base
package import Formats
package import Text

/// How people speak of what is known, in all languages: `Knowledge/relations.yaml` and `Knowledge/<language>.yaml`.
package struct KnowledgeWords: Sendable {
  /// What one language says.
  package struct Tongue: Sendable {
    package let language: Language
    var me: Set<String> = []
    var mine: Set<String> = []
    var they: Set<String> = []
    var theirs: Set<String> = []
    /// Words that stand in front of a name and say nothing.
    var articles: Set<String> = []
    /// No name holds one of these.
    var never: Set<String> = []
    /// "The usual", and of these "same as last time".
    var usual: [[String]] = []
    var lastTime: [[String]] = []
    /// Words for what rooms keep of what somebody did ("pay", "paid").
    var deeds: [Deed.Kind: Set<String>] = [:]
    /// What questions for what is usual are made of.
    var usually = UsualWords()
    /// Words that ask: no value of what somebody tells is one.
    var asks: Set<String> = []
    /// What may stand in front of a sentence and says nothing: "by the way".
    var leads: [[String]] = []
    /// Endings of names in sentences, and what stands there in the name alone.
    var stems: [(String, String)] = []
    /// How it is said who somebody is to the speaker, with `{relation}` and `{name}`.
    var tie: String?
    /// "No", where how it is follows.
    var noes: Set<String> = []
    /// Words and endings with which sentences end, and no name does.
    var verbs: (words: Set<String>, endings: [String]) = ([], [])
    /// Words for what was done, not for what is to be done; and those that make it still to be done.
    var done: (words: Set<String>, endings: [String]) = ([], [])
    var undone: Set<String> = []
    var joinedBefore: Set<String> = []
    var joinedBehind: Set<String> = []
    /// Words that may stand before or behind a time: "in March".
    var times: Set<String> = []
    /// What says that something is so from now on.
    var now: [[String]] = []
    /// What stands between several values.
    var and: Set<String> = []
    /// What stands between two statements besides.
    var but: Set<String> = []
    /// By the name of the case: words behind, and endings of the last word.
    var cases: [String: (words: [[String]], endings: [CaseEnding])] = [:]
    /// A relation's words, by their first word.
    var relations: [String: [(words: [String], relation: String)]] = [:]
    /// What a relation is called in a list.
    package var labels: [String: String] = [:]
    /// What begins so behind an opening is to be done, not known: "remember to buy milk".
    var deedAhead: Set<String> = []
    /// "remember that …".
    var openings: [SentencePattern] = []
    private(set) var patterns: [KnowledgePattern] = []
    /// The words of all forms.
    var numbers = WordNumbers()
    private(set) var forms = FormWords()
    /// The patterns, by the number of a word that stands in every sentence of theirs.
    private var byWord: [[Int]] = []
    private var wordless: [Int] = []
    /// Of each pattern what must stand in a sentence besides; kept apart, because a pattern is copied when it is looked at.
    private var needs: [[[Int32]]] = []

    init(language: Language) { self.language = language }

    func isPronoun(_ word: String) -> Bool {
      me.contains(word) || mine.contains(word) || they.contains(word) || theirs.contains(word)
    }

    /// Whether a word ends a sentence, as no name does.
    func isVerb(_ word: String) -> Bool { Self.holds(word, verbs) }

    func isDone(_ word: String) -> Bool { Self.holds(word, done) }

    private static func holds(_ word: String, _ all: (words: Set<String>, endings: [String])) -> Bool {
      all.words.contains(word) || all.endings.contains { word.hasSuffix($0) && word.count > $0.count + 1 }
    }

    func isNow(_ words: ArraySlice<SaidWord>) -> Bool {
      now.contains { $0.count == words.count && zip($0, words).allSatisfy { $0 == $1.folded } }
    }

    mutating func add(_ pattern: KnowledgePattern) {
      if let rarest = pattern.pattern.needed.first {
        for word in rarest {
          while byWord.count <= Int(word) { byWord.append([]) }
          byWord[Int(word)].append(patterns.count)
        }
      } else {
        wordless.append(patterns.count)
      }
      needs.append(Array(pattern.pattern.needed.dropFirst()))
      patterns.append(pattern)
    }

    /// The cases as forms have them.
    mutating func caseForms() -> [String: CaseForm] {
      var found: [String: CaseForm] = [:]
      for (name, form) in cases {
        found[name] = CaseForm(
          phrases: form.words.map { numbers.phrase($0) }, endings: form.endings, isOf: name == "of")
      }
      return found
    }

    /// Numbers the words that forms are matched with; to be called when all are known.
    mutating func numberWords() {
      var relations: [Int32: [(words: [Int32], relation: String)]] = [:]
      for (first, phrases) in self.relations {
        relations[numbers.number(first)] = phrases.map { (numbers.phrase($0.words), $0.relation) }
      }
      func all(_ words: Set<String>) -> Set<Int32> { Set(words.map { numbers.number($0) }) }
      let of = cases["of"].map { form in
        CaseForm(phrases: form.words.map { numbers.phrase($0) }, endings: form.endings, isOf: true)
      }
      forms = FormWords(
        relations: relations, possessives: all(mine.union(theirs)), pronouns: all(me.union(they)),
        joinedBefore: all(joinedBefore), joinedBehind: all(joinedBehind), of: of)
    }

    func numbered(_ words: [SaidWord]) -> [Int32] { words.map { numbers.find($0.folded) } }

    /// Of each form its rarest words.
    var formWords: [String] { numbers.words { Int($0) < byWord.count && !byWord[Int($0)].isEmpty } }

    /// Places of the patterns that a sentence of these words may have the form of, in their order.
    func candidates(_ words: [Int32]) -> [Int] {
      var found = wordless
      for word in words where word != WordNumbers.none && Int(word) < byWord.count { found += byWord[Int(word)] }
      guard !found.isEmpty else { return [] }
      found.sort()
      var last = -1
      return found.filter { place in
        guard place != last else { return false }
        last = place
        return needs[place].allSatisfy { needed in
          words.contains { $0 != WordNumbers.none && needed.contains($0) }
        }
      }
    }
  }

  package private(set) var relations: [String: Relation] = [:]
  package private(set) var tongues: [Language: Tongue] = [:]
  /// "The usual" in all languages, by the first word.
  private(set) var usual: [String: [[String]]] = [:]
  private(set) var lastTime: [String: [[String]]] = [:]
  /// Words of forms, and the languages that have one with them.
  private var speakers: [String: [Language]] = [:]
  /// What actions tell, by the action's name.
  package private(set) var actions: [String: ActionFact] = [:]
  /// Actions whose earlier calls show what somebody usually has.
  private(set) var habits: [HabitSource] = []

  package init() {}

  /// - Parameters:
  ///   - relations: `relations.yaml`.
  ///   - languages: one file a language.
  /// - Throws: the first mistake, with file and line.
  package init(relations node: YAMLNode, languages: [YAMLNode]) throws {
    try node.onlyKeys(["relations", "actions", "habits"])
    for item in try node.required("relations").sequence(expecting: "a list of relations") {
      let relation = try Self.relation(item)
      guard relations.updateValue(relation, forKey: relation.name) == nil else {
        throw item.error("\(relation.name) is declared twice")
      }
    }
    for item in try node.required("relations").sequence() {
      for value in [item["opposite"]].compactMap(\.self) + (try item["also"]?.sequence() ?? []) {
        guard let name = value.string, relations[name] != nil else {
          throw value.error("the name of a relation of this file was expected")
        }
      }
    }
    for item in try node["actions"]?.sequence(expecting: "a list of actions") ?? [] {
      let action = try ActionFact(item, relations)
      actions[action.action] = action
    }
    habits = try node["habits"]?.sequence(expecting: "a list of actions").map(HabitSource.init) ?? []
    for node in languages {
      let tongue = try Self.tongue(node, relations)
      tongues[tongue.language] = tongue
    }
    for tongue in tongues.values {
      for phrase in tongue.usual { if let first = phrase.first { usual[first, default: []].append(phrase) } }
      for phrase in tongue.lastTime { if let first = phrase.first { lastTime[first, default: []].append(phrase) } }
      for word in tongue.formWords { speakers[word, default: []].append(tongue.language) }
    }
  }

  /// The languages that have a form with one of these words.
  func languages(of words: [SaidWord]) -> Set<Language> {
    var found: Set<Language> = []
    for word in words { if let more = speakers[word.folded] { found.formUnion(more) } }
    return found
  }

  /// "Remember that", with what is to be remembered behind it where the line does not say where it stands.
  private static func opening(_ text: String) -> String { text.contains("{rest}") ? text : text + " {rest}" }

  private static func relation(_ node: YAMLNode) throws -> Relation {
    try node.onlyKeys([
      "relation", "object", "single", "fixed", "opposite", "sharing", "looks", "elsewhere", "except", "domains",
      "listed", "also",
    ])
    var relation = Relation(try node.required("relation").string(expecting: "the relation's name"))
    relation.object = try node["object"]?.string(expecting: "what stands on the other side, such as person") ?? "text"
    relation.isSingle = try node["single"]?.bool() ?? false
    relation.isFixed = try node["fixed"]?.bool() ?? false
    relation.opposite = node["opposite"]?.string
    relation.except = try Set(node["except"]?.strings(expecting: "a list of words") ?? [])
    relation.domains = try Set(node["domains"]?.strings(expecting: "a list of rooms") ?? [])
    relation.also = try node["also"]?.strings(expecting: "a list of relations") ?? []
    relation.isListed = try node["listed"]?.bool() ?? false
    relation.isElsewhere = try node["elsewhere"]?.bool() ?? false
    relation.looks = relation.isThing ? .name : .any
    if let looks = node["looks"] {
      guard let known = looks.string.flatMap(Relation.Looks.init(rawValue:)) else {
        throw looks.error("any, name, digits, mail or place was expected")
      }
      relation.looks = known
    }
    if let sharing = node["sharing"] {
      guard let right = sharing.string, ["medicines", "location", "calendar", "notes"].contains(right) else {
        throw sharing.error("a family right was expected: medicines, location, calendar or notes")
      }
      relation.sharing = right
    }
    return relation
  }

  private static func tongue(_ node: YAMLNode, _ known: [String: Relation]) throws -> Tongue {
    try node.onlyKeys([
      "language", "me", "mine", "they", "theirs", "articles", "never", "deed_ahead", "cases", "times", "relations",
      "remember", "say",
      "usual", "last_time", "deeds", "usually", "now", "and", "but", "asks", "leads", "noes", "stems", "tie", "verbs",
      "done", "undone", "joined",
    ])
    let code = try node.required("language")
    guard let language = code.string.flatMap({ Language(code: $0) }) else {
      throw code.error("a language was expected: en, ta, ta-Latn, hi or hi-Latn")
    }
    var tongue = Tongue(language: language)
    func words(_ key: String) throws -> Set<String> {
      try Set((node[key]?.strings(expecting: "a list of words") ?? []).map { SaidWord.folded($0) })
    }
    tongue.me = try words("me")
    tongue.mine = try words("mine")
    tongue.they = try words("they")
    tongue.theirs = try words("theirs")
    tongue.articles = try words("articles")
    tongue.times = try words("times")
    tongue.never = try words("never")
    tongue.deedAhead = try words("deed_ahead")
    tongue.and = try words("and")
    tongue.but = try words("but")
    tongue.asks = try words("asks")
    tongue.tie = try node["tie"]?.string(expecting: "a sentence with {relation} and {name}")
    tongue.stems =
      try node["stems"]?.mapping(expecting: "endings and what stands for them").map {
        (try $0.0.string(expecting: "an ending"), try $0.1.string(expecting: "what stands for it"))
      } ?? []
    tongue.noes = try words("noes")
    tongue.undone = try words("undone")
    try node["joined"]?.onlyKeys(["before", "behind"])
    func joined(_ key: String) throws -> Set<String> {
      try Set((node["joined"]?[key]?.strings(expecting: "a list of words") ?? []).map { SaidWord.folded($0) })
    }
    (tongue.joinedBefore, tongue.joinedBehind) = (try joined("before"), try joined("behind"))
    func endings(_ key: String) throws -> (words: Set<String>, endings: [String]) {
      let all = try node[key]?.strings(expecting: "words, and endings that begin with a hyphen") ?? []
      return (
        Set(all.filter { !$0.hasPrefix("-") }.map { SaidWord.folded($0) }),
        all.filter { $0.hasPrefix("-") }.map { SaidWord.folded(String($0.dropFirst())) }
      )
    }
    (tongue.verbs, tongue.done) = (try endings("verbs"), try endings("done"))
    func phrases(_ key: String) throws -> [[String]] {
      try (node[key]?.strings(expecting: "a list of words") ?? []).map { SaidWord.cut($0).map(\.folded) }
    }
    tongue.now = try phrases("now")
    tongue.leads = try phrases("leads").sorted { $0.count > $1.count }
    tongue.lastTime = try phrases("last_time")
    tongue.usual = try phrases("usual") + tongue.lastTime
    for (key, value) in try node["deeds"]?.mapping(expecting: "kinds of deeds and their words") ?? [] {
      guard let kind = Deed.Kind(rawValue: try key.string(expecting: "a kind of deed")) else {
        throw key.error("one of \(Deed.Kind.allCases.map(\.rawValue).joined(separator: ", ")) was expected")
      }
      tongue.deeds[kind] = Set(try value.strings(expecting: "a list of words").map { SaidWord.folded($0) })
    }
    tongue.usually = try node["usually"].map(UsualWords.init) ?? UsualWords()
    for (key, value) in try node["cases"]?.mapping(expecting: "cases and their words") ?? [] {
      var found: (words: [[String]], endings: [CaseEnding]) = ([], [])
      for word in try value.strings(expecting: "words, and endings that begin with a hyphen") {
        if word.hasPrefix("-") {
          found.endings.append(CaseEnding(word))
        } else {
          found.words.append(SaidWord.cut(word).map(\.folded))
        }
      }
      found.endings.sort { $0.text.utf8.count > $1.text.utf8.count }
      tongue.cases[try key.string(expecting: "a case's name")] = found
    }
    for (key, value) in try node["relations"]?.mapping(expecting: "relations and their words") ?? [] {
      let name = try key.string(expecting: "a relation's name")
      guard known[name] != nil else { throw key.error("\(name) is not in relations.yaml") }
      let all = try value.string(expecting: "words between commas").split(separator: ",").map { String($0).trimmed }
      tongue.labels[name] = all.first
      for phrase in all {
        let words = SaidWord.cut(phrase).map(\.folded)
        guard let first = words.first else { throw value.error("a word between two commas is missing") }
        tongue.relations[first, default: []].append((words, name))
      }
    }
    for (first, phrases) in tongue.relations {
      tongue.relations[first] = phrases.sorted { $0.words.count > $1.words.count }
    }
    let cases = tongue.caseForms()
    for item in try node["remember"]?.sequence(expecting: "a list of openings") ?? [] {
      tongue.openings.append(try SentencePattern(Self.opening(item.string()), item, cases, &tongue.numbers))
    }
    for item in try node["say"]?.sequence(expecting: "a list of sentences") ?? [] {
      for pattern in try KnowledgePattern.read(item, known, cases, &tongue.numbers) { tongue.add(pattern) }
    }
    tongue.numberWords()
    return tongue
  }
}

/// What an action tells when it was done: "medicine.add" that somebody takes a medicine.
package struct ActionFact: Sendable {
  let action: String
  let relation: Relation
  /// The argument that names whom it is about; the speaker where it is missing or left out.
  let subject: String?
  /// The argument, or the member of the result, that holds the value.
  let value: String
  let ends: Bool

  init(_ node: YAMLNode, _ relations: [String: Relation]) throws {
    try node.onlyKeys(["action", "relation", "subject", "value", "ends"])
    action = try node.required("action").string(expecting: "an action's name")
    let name = try node.required("relation")
    guard let relation = name.string.flatMap({ relations[$0] }) else {
      throw name.error("the name of a relation of this file was expected")
    }
    self.relation = relation
    subject = node["subject"]?.string
    value = try node.required("value").string(expecting: "an argument's name")
    ends = try node["ends"]?.bool() ?? false
  }
}
