import Actions
import Learning
import Text

/// The library as it lies in a model file: what messages are read with, without what only training needs.
extension IntentLibrary {
  func compile(into writer: inout DataWriter) {
    writer.list(intents.sorted { $0.key < $1.key }) { writer, intent in
      writer.text(intent.key)
      writer.list(intent.value) { writer, slot in
        writer.text(slot.name)
        writer.text(slot.spelling)
      }
    }
    writer.list(Language.all.filter { lexicons[$0] != nil }) { writer, language in
      writer.text(language.code)
      lexicons[language]?.compile(into: &writer)
    }
    writer.list(Language.all.filter { timeWords[$0] != nil }) { writer, language in
      writer.text(language.code)
      timeWords[language]?.compile(into: &writer)
    }
    holidays.compile(into: &writer)
    writer.list(choices.sorted { $0.key < $1.key }) { writer, slot in
      writer.text(slot.key)
      writer.list(slot.value) { writer, choice in
        writer.text(choice.choice)
        writer.array(choice.words)
      }
    }
    dialogue.compile(into: &writer)
    emergencies.compile(into: &writer)
    writer.list(shownByName) { writer, pair in
      writer.text(pair.intent)
      writer.text(pair.list)
    }
    writer.table(questions)
    writer.table(openers)
    writer.table(requests)
    writer.table(closingRequests)
    writer.list(needs.sorted { $0.key < $1.key }) { writer, need in
      writer.text(need.key)
      writer.list(need.value) { writer, beginning in writer.text(beginning) }
    }
    writer.list(endings.beginnings.sorted()) { writer, beginning in writer.text(beginning) }
    writer.list(endings.intents.sorted()) { writer, intent in writer.text(intent) }
    writer.list(opposites.sorted { $0.key < $1.key }) { writer, opposite in
      writer.text(opposite.key)
      writer.text(opposite.value)
    }
    writer.table(denials)
    writer.list(standIns.sorted { $0.key < $1.key }) { writer, list in
      writer.text(list.key)
      writer.list(list.value) { writer, name in writer.text(name) }
    }
    writer.list(ofOne.sorted { $0.key < $1.key }) { writer, one in
      writer.text(one.key)
      writer.text(one.value)
    }
    writer.list(forbidding) { writer, one in
      writer.list(one.words.sorted { $0.key < $1.key }) { writer, pair in
        writer.text(pair.key)
        writer.list(pair.value) { writer, word in writer.array(word) }
      }
    }
    amounts.compile(into: &writer)
  }

  init(compiled reader: inout DataReader, hash: UInt64) throws {
    self.init()
    let intents = try reader.list { reader in
      (try reader.text(), try reader.list { try Slot(name: $0.text(), spelling: $0.text()) })
    }
    let lexicons = try reader.list { reader in
      guard let language = Language(code: try reader.text()) else { throw DataReader.Damaged() }
      return (language, try Lexicon(compiled: &reader))
    }
    let timeWords = try reader.list { reader in
      guard let language = Language(code: try reader.text()) else { throw DataReader.Damaged() }
      return (language, try TimeWords(compiled: &reader))
    }
    let holidays = try Holidays(compiled: &reader)
    let choices = try reader.list { reader in
      (try reader.text(), try reader.list { Choice(choice: try $0.text(), words: try $0.array()) })
    }
    take(
      intents: Dictionary(intents) { old, _ in old }, lexicons: Dictionary(lexicons) { old, _ in old },
      timeWords: Dictionary(timeWords) { old, _ in old }, holidays: holidays,
      choices: Dictionary(choices) { old, _ in old }, dialogue: try Dialogue(compiled: &reader),
      emergencies: try EmergencyDetector(compiled: &reader),
      shownByName: try reader.list { (intent: try $0.text(), list: try $0.text()) }, questions: try reader.table(),
      openers: try reader.table(), requests: try reader.table(), closingRequests: try reader.table(), hash: hash)
    let needs = try reader.list { reader in (try reader.text(), try reader.list { try $0.text() }) }
    let endings = Endings(
      beginnings: try reader.list { try $0.text() }, intents: try reader.list { try $0.text() })
    let opposites = try reader.list { reader in (try reader.text(), try reader.text()) }
    let denials = try reader.table()
    let standIns = try reader.list { reader in (try reader.text(), try reader.list { try $0.text() }) }
    let ofOne = try reader.list { reader in (try reader.text(), try reader.text()) }
    let forbidding = try reader.list { reader in
      let words = try reader.list { reader in
        (try reader.text(), try reader.list { reader -> [UInt8] in try reader.array() })
      }
      return Forbidding(words: Dictionary(words) { old, _ in old })
    }
    take(
      try AmountLibrary(compiled: &reader), needs: Dictionary(needs) { old, _ in old }, endings: endings,
      opposites: Dictionary(opposites) { old, _ in old }, denials: denials,
      standIns: Dictionary(standIns) { old, _ in old }, ofOne: Dictionary(ofOne) { old, _ in old },
      forbidding: forbidding)
  }
}

extension Lexicon {
  func compile(into writer: inout DataWriter) {
    for table in [phrases, longest, family, fillers, small, meeting] { writer.table(table) }
    writer.list(meanings) { writer, readings in
      writer.list(readings) { writer, sequence in
        writer.array(sequence.map(\.kind.rawValue))
        writer.array(sequence.map(\.value))
      }
    }
    writer.list(stems) { writer, stem in
      writer.array(stem.stem)
      writer.number(Int(stem.meaning))
    }
    writer.list(kin) { writer, kin in
      writer.text(kin.relation)
      writer.text(kin.called)
    }
    writer.number(isRomanised ? 1 : 0)
  }

  convenience init(compiled reader: inout DataReader) throws {
    let tables = try (0..<6).map { _ in try reader.table() }
    let meanings = try reader.list { reader in
      try reader.list { reader in
        let kinds: [UInt8] = try reader.array()
        let values: [Double] = try reader.array()
        return try zip(kinds, values).map { kind, value in
          guard let kind = Concept.Kind(rawValue: kind) else { throw DataReader.Damaged() }
          return Concept(kind, value)
        }
      }
    }
    let stems = try reader.list { (stem: try $0.array() as [UInt8], meaning: Int32(truncatingIfNeeded: try $0.int())) }
    let kin = try reader.list { Kin(relation: try $0.text(), called: try $0.text()) }
    guard (tables[0].values + stems.map(\.meaning)).allSatisfy({ meanings.indices.contains(Int($0)) || $0 == 0 }),
      tables[2].values.allSatisfy({ kin.indices.contains(Int($0)) || $0 == 0 })
    else { throw DataReader.Damaged() }
    self.init(
      phrases: tables[0], longest: tables[1], meanings: meanings, stems: stems, family: tables[2], kin: kin,
      fillers: tables[3], small: tables[4], meeting: tables[5], isRomanised: try reader.int() == 1)
  }
}

extension AmountLibrary {
  func compile(into writer: inout DataWriter) {
    writer.list(units) { writer, unit in
      writer.text(unit.name)
      writer.text(unit.currency)
      writer.text(unit.larger)
      for number in [Int(unit.measure.rawValue), unit.isCertain ? 1 : 0, unit.portion, unit.factor] {
        writer.number(number)
      }
    }
    writer.list(Language.all.filter { words[$0] != nil }) { writer, language in
      writer.text(language.code)
      words[language]?.compile(into: &writer)
    }
  }

  init(compiled reader: inout DataReader) throws {
    let units = try reader.list { reader in
      var unit = AmountUnit(name: try reader.text(), measure: .length)
      unit.currency = try reader.text()
      unit.larger = try reader.text()
      guard let measure = UInt8(exactly: try reader.int()).flatMap(AmountUnit.Measure.init) else {
        throw DataReader.Damaged()
      }
      unit.measure = measure
      unit.isCertain = try reader.int() == 1
      (unit.portion, unit.factor) = (try reader.int(), try reader.int())
      return unit
    }
    let words = try reader.list { reader in
      guard let language = Language(code: try reader.text()) else { throw DataReader.Damaged() }
      return (language, try AmountWords(compiled: &reader, units: units.count))
    }
    self.init(units: units, words: Dictionary(words) { old, _ in old })
  }
}

extension AmountWords {
  func compile(into writer: inout DataWriter) {
    writer.table(phrases)
    writer.table(written)
    writer.list(meanings) { writer, meaning in
      writer.array(meaning.map(\.kind.rawValue))
      writer.array(meaning.map(\.value))
    }
    writer.list(endings) { writer, ending in
      writer.array(ending.bytes)
      writer.array(ending.instead)
    }
    writer.number(isRomanised ? 1 : 0)
  }

  convenience init(compiled reader: inout DataReader, units: Int) throws {
    let (phrases, written) = (try reader.table(), try reader.table())
    let meanings = try reader.list { reader in
      let kinds: [UInt8] = try reader.array()
      let values: [Double] = try reader.array()
      return try zip(kinds, values).map { kind, value in
        guard let kind = AmountConcept.Kind(rawValue: kind),
          kind != .unit && kind != .weakUnit || (0..<Double(units)).contains(value)
        else { throw DataReader.Damaged() }
        return AmountConcept(kind, value)
      }
    }
    guard
      (phrases.values + written.values).allSatisfy({
        meanings.indices.contains(Int($0)) || $0 == 0 || $0 == Self.beginning
      })
    else { throw DataReader.Damaged() }
    self.init(
      phrases: phrases, written: written, meanings: meanings,
      endings: try reader.list { Ending(bytes: try $0.array(), instead: try $0.array()) },
      isRomanised: try reader.int() == 1)
  }
}

extension Dialogue {
  func compile(into writer: inout DataWriter) {
    writer.table(whole)
    writer.list(prefixes) { $0.array($1) }
    writer.list(endings) { $0.array($1) }
    writer.list(doubts) { $0.array($1) }
    for table in [fillers, refusals, speaker] { writer.table(table) }
    back.compile(into: &writer)
    writer.text(plainCorrection ?? "")
  }

  init(compiled reader: inout DataReader) throws {
    let (whole, prefixes) = (try reader.table(), try reader.list { try $0.array() as [UInt64] })
    let endings: [[UInt64]] = try reader.list { try $0.array() }
    let doubts: [[UInt64]] = try reader.list { try $0.array() }
    self.init(
      whole: whole, prefixes: prefixes,
      endings: endings, fillers: try reader.table(), refusals: try reader.table(), speaker: try reader.table(),
      doubts: doubts, back: try BackPhrases(compiled: &reader), plainCorrection: try reader.text())
    guard whole.values.allSatisfy({ Self.spoken($0) != nil }) else { throw DataReader.Damaged() }
  }
}

extension EmergencyDetector {
  func compile(into writer: inout DataWriter) {
    writer.list(phrases) { writer, phrase in
      writer.array(phrase.words)
      writer.array(phrase.gaps.map { $0 ? UInt8(1) : 0 })
      writer.number(phrase.isWhole ? 1 : 0)
      writer.number(phrase.group)
    }
    writer.list(signs) { writer, sign in writer.array([sign.hash, UInt64(sign.group)]) }
    writer.list(groups) { writer, group in
      writer.text(group.what)
      writer.text(group.language.code)
      Self.compile(group.unless, into: &writer)
      Self.compile(group.with, into: &writer)
    }
    writer.list(ranges.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) { writer, range in
      writer.number(range.lowerBound)
      writer.number(range.upperBound)
    }
    for frames in [reported, pastTimes, still] { Self.compile(frames, into: &writer) }
    writer.list(harmless) { $0.array($1) }
    for table in [before, after, fillers, bridge, past, ends, joins, pastBefore, english, spelled] {
      writer.table(table)
    }
    writer.list(lists.sorted { $0.key < $1.key }) { writer, list in writer.array([list.key] + list.value.sorted()) }
  }

  private static func compile(_ frames: [Frame], into writer: inout DataWriter) {
    writer.list(frames) { writer, frame in
      writer.array(frame.words)
      writer.array(frame.gaps.map { $0 ? UInt8(1) : 0 })
    }
  }

  private static func frames(_ reader: inout DataReader) throws -> [Frame] {
    try reader.list { reader in
      let words: [UInt64] = try reader.array()
      let gaps: [UInt8] = try reader.array()
      guard words.count == gaps.count else { throw DataReader.Damaged() }
      return Frame(words: words, gaps: gaps.map { $0 == 1 })
    }
  }

  init(compiled reader: inout DataReader) throws {
    let phrases = try reader.list { reader in
      Phrase(
        words: try reader.array(), gaps: (try reader.array() as [UInt8]).map { $0 == 1 },
        isWhole: try reader.int() == 1, group: try reader.int())
    }
    let signs: [[UInt64]] = try reader.list { try $0.array() }
    let groups = try reader.list { reader in
      let what = try reader.text()
      guard let language = Language(code: try reader.text()) else { throw DataReader.Damaged() }
      return Group(what: what, language: language, unless: try Self.frames(&reader), with: try Self.frames(&reader))
    }
    let ranges = try reader.list { reader in
      let (low, high) = (try reader.int(), try reader.int())
      guard low <= high else { throw DataReader.Damaged() }
      return low...high
    }
    let reported = try Self.frames(&reader)
    let pastTimes = try Self.frames(&reader)
    let still = try Self.frames(&reader)
    let harmless: [[UInt64]] = try reader.list { try $0.array() }
    self.init(
      before: try reader.table(), after: try reader.table(), fillers: try reader.table(), bridge: try reader.table(),
      past: try reader.table(), ends: try reader.table(), joins: try reader.table(),
      pastBefore: try reader.table())
    add(english: try reader.table(), spelled: try reader.table())
    for list in try reader.list({ try $0.array() as [UInt64] }) {
      guard let word = list.first else { throw DataReader.Damaged() }
      add(lists: [word: Array(list.dropFirst())])
    }
    for sign in signs {
      guard sign.count == 2, groups.indices.contains(Int(clamping: sign[1])) else { throw DataReader.Damaged() }
      add(Sign(hash: sign[0], group: Int(sign[1])))
    }
    for phrase in phrases {
      guard groups.indices.contains(phrase.group), phrase.gaps.count == phrase.words.count else {
        throw DataReader.Damaged()
      }
      add(phrase)
    }
    for group in groups { add(group) }
    add(ranges: ranges)
    for report in reported { add(reported: report) }
    add(pastTimes: pastTimes, still: still)
    for words in harmless { add(harmless: words) }
  }
}
