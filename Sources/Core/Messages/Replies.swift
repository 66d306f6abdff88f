package import Base
package import Formats
package import Text
package import Time

/// For whom a text is made.
package struct Reader: Sendable {
  package var language: Language
  package var zone: Zone
  package var persona: String
  package init(language: Language, zone: Zone, persona: String) {
    self.language = language
    self.zone = zone
    self.persona = persona
  }
}

/// All reply texts of the house: `Personas/replies/<language>/<room>.yaml`, and what personas say differently.
package struct Replies: Sendable {
  private var texts: [String: [String: ReplyTemplate]] = [:]
  private var ofPersonas: [String: [String: [String: ReplyTemplate]]] = [:]
  /// Texts of a home that the program does not say, or no longer: they are left out, and nothing waits for them.
  package private(set) var leftOut: [DataFileError] = []

  package init() {}

  /// Adds one file: keys (nested maps join with dots) to texts.
  ///
  /// - Parameter replaces: whether its texts stand in for those that are known; any other is `leftOut`.
  package mutating func add(_ node: YAMLNode, language: String, replaces: Bool = false) throws {
    try add(node, prefix: "", language: language, replaces)
  }

  private mutating func add(_ node: YAMLNode, prefix: String, language: String, _ replaces: Bool) throws {
    for (key, value) in try node.mapping(expecting: "keys and texts") {
      let name = prefix + (try key.string(expecting: "a key"))
      if value.mapping != nil {
        try add(value, prefix: name + ".", language: language, replaces)
        continue
      }
      if replaces {
        // some are told in English by the program itself
        guard texts.values.contains(where: { $0[name] != nil }) else {
          leftOut.append(key.error("the program says nothing under \(name)"))
          continue
        }
      } else if texts[language]?[name] != nil {
        throw key.error("\(name) is defined twice for \(language)")
      }
      do {
        texts[language, default: [:]][name] = try ReplyTemplate(value.string(expecting: "a text"))
      } catch let mistake as ReplyTemplate.Mistake {
        throw value.error(mistake.description)
      }
    }
  }

  /// Texts that one persona says in its own way.
  package mutating func add(persona: String, language: String, key: String, text: String, file: String) throws {
    do {
      ofPersonas[persona, default: [:]][language, default: [:]][key] = try ReplyTemplate(text)
    } catch let mistake as ReplyTemplate.Mistake {
      throw DataFileError(file: file, line: nil, expected: "\(key): \(mistake)")
    }
  }

  package func keys(of language: String) -> Set<String> { Set((texts[language] ?? [:]).keys) }
  package func template(_ key: String, language: String) -> ReplyTemplate? { texts[language]?[key] }
  package func has(_ key: String) -> Bool { texts["en"]?[key] != nil }

  private func find(_ key: String, for reader: Reader) -> ReplyTemplate? {
    for language in reader.language.fallbacks {
      if let text = ofPersonas[reader.persona]?[language.code]?[key] ?? texts[language.code]?[key] { return text }
    }
    return nil
  }

  /// Makes the text of a `Say` for a reader. Buttons are rendered by `label(of:for:now:)`.
  package func text(of say: Say, for reader: Reader, now: Instant) -> StyledText {
    let markup = translated(say, reader, now)
    return StyledText(markup: say.key == "words" ? markup : Self.begun(markup))
  }

  /// Words for a place in a table or within a sentence: as they are written, without a capital of their own.
  package func words(of say: Say, for reader: Reader, now: Instant) -> String {
    StyledText(markup: translated(say, reader, now)).text
  }

  private func translated(_ say: Say, _ reader: Reader, _ now: Instant) -> String {
    var reader = reader
    reader.language = say.language ?? reader.language
    return markup(of: say, TextFormatter(language: reader.language, zone: reader.zone, now: now), reader)
  }

  /// A sentence begins with a capital, whatever value stands first; what is no word (an address, an id) stays as it is.
  private static func begun(_ markup: String) -> String {
    guard let start = markup.firstIndex(where: { $0 != "*" && $0 != "_" }), markup[start].isASCII,
      markup[start].isLowercase
    else { return markup }
    var word = markup[start...].prefix { !$0.isWhitespace }
    while let last = word.last, ":,.;!?…*_”)".contains(last) { word.removeLast() }
    guard word.allSatisfy({ $0.isLetter && !$0.isUppercase || "'’-".contains($0) }) else { return markup }
    return markup[..<start] + markup[start].uppercased() + markup[markup.index(after: start)...]
  }

  package func label(of button: Say.Button, for reader: Reader, now: Instant) -> String {
    words(of: Say(button.label, button.values), for: reader, now: now)
  }

  private func markup(of say: Say, _ formatter: TextFormatter, _ reader: Reader) -> String {
    var out: String
    if say.key == "words" {
      out = show(say.values["text"] ?? .text(""), formatter, reader)
    } else if let template = find(say.key, for: reader) {
      out = template.fill(
        show: { name in say.values[name].map { show($0, formatter, reader) } },
        count: { name in
          switch say.values[name] {
          case .integer(let value): value
          case .number(let value, _): value == 1 ? 1 : 2
          case .list(let items): Int64(items.count)
          default: nil
          }
        })
      while out.last?.isNewline == true { out.removeLast() }
    } else {
      // a missing text must not silence the house: the key is shown, and a test lists it
      out = say.key
    }
    for line in say.lines { out += "\n" + markup(of: line, formatter, reader) }
    return out
  }

  private func show(_ value: Say.Value, _ formatter: TextFormatter, _ reader: Reader) -> String {
    switch value {
    case .text(let text): StyledText.escape(text)
    case .term(let text):
      find("term." + text, for: reader)?.fill(show: { _ in nil }, count: { _ in nil }) ?? StyledText.escape(text)
    case .worded(let text, let others): StyledText.escape(others[reader.language] ?? text)
    case .integer(let number): formatter.number(Int(number))
    case .number(let number, let digits): formatter.number(number, places: digits)
    case .money(let money): formatter.money(money)
    case .instant(let instant): formatter.when(instant)
    case .time(let time): formatter.time(time)
    case .date(let date): formatter.day(date)
    case .duration(let duration): formatter.duration(duration)
    case .recurrence(let rule, let time):
      formatter.recurrence(rule, start: time.map { formatter.zone.date(formatter.now).at($0) })
    case .distance(let metres): formatter.distance(metres: metres)
    case .percent(let share): formatter.percent(share)
    case .coordinate(let place): Self.degrees(place.latitude) + ", " + Self.degrees(place.longitude)
    case .list(let values): formatter.list(values.map { show($0, formatter, reader) })
    case .say(let say): markup(of: say, formatter, reader)
    }
  }

  private static func degrees(_ value: Double) -> String {
    let scaled = (value * 100_000).rounded() / 100_000
    return "\(scaled)"
  }
}
