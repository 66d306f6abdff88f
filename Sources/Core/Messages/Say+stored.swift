import Base
package import Formats
import Text
import Time

/// The words of something said, kept in a row to be said once more later. Buttons, pictures and places are not kept.
extension Say: JSONStored {
  package var json: JSON {
    var all: JSONObject = ["key": .string(key)]
    if !values.isEmpty {
      all["values"] = .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
    }
    if !lines.isEmpty { all["lines"] = .array(lines.map(\.json)) }
    all.put("language", language?.code)
    return .object(all)
  }

  package init?(json: JSON) {
    guard let key = json["key"].string else { return nil }
    var values: [String: Value] = [:]
    for member in json["values"].object?.members ?? [] { values[member.key] = Value(json: member.value) }
    self.init(key, values, lines: (json["lines"].array ?? []).compactMap { Say(json: $0) })
    language = json["language"].string.flatMap { Language(code: $0) }
  }
}

extension Say.Value: JSONStored {
  package var json: JSON {
    switch self {
    case .text(let text): .string(text)
    case .term(let text): ["term": .string(text)]
    case .worded(let text, let others):
      [
        "worded": .string(text),
        "others": .object(
          JSONObject(others.sorted { $0.key.code < $1.key.code }.map { ($0.key.code, .string($0.value)) })),
      ]
    case .integer(let number): .integer(number)
    case .number(let number, let digits): ["number": .number(number), "digits": .integer(Int64(digits))]
    case .money(let money): ["money": .integer(money.minor), "currency": .string(money.currency)]
    case .instant(let instant): ["instant": .integer(instant.microseconds)]
    case .time(let time): ["time": .string(time.description)]
    case .date(let date): ["date": .string(date.description)]
    case .duration(let duration): ["duration": .integer(duration.microseconds)]
    case .recurrence(let rule, let time):
      ["rule": .string(rule.description), "at": time.map { .string($0.description) } ?? .null]
    case .distance(let metres): ["distance": .number(metres)]
    case .percent(let percent): ["percent": .number(percent)]
    case .coordinate(let place): ["coordinate": place.json]
    case .list(let all): .array(all.map(\.json))
    case .say(let say): ["say": say.json]
    }
  }

  package init?(json: JSON) {
    if let text = json.string {
      self = .text(text)
    } else if case .integer(let number) = json {
      self = .integer(number)
    } else if let all = json.array {
      self = .list(all.compactMap { Say.Value(json: $0) })
    } else if let text = json["term"].string {
      self = .term(text)
    } else if let text = json["worded"].string {
      var others: [Language: String] = [:]
      for member in json["others"].object?.members ?? [] {
        if let language = Language(code: member.key) { others[language] = member.value.string }
      }
      self = .worded(text, others)
    } else if let number = json["number"].double {
      self = .number(number, digits: json["digits"].int ?? 0)
    } else if let minor = json["money"].int64, let currency = json["currency"].string {
      self = .money(Money(minor: minor, currency: currency))
    } else if let microseconds = json["instant"].int64 {
      self = .instant(Instant(microseconds: microseconds))
    } else if let time = json["time"].string.flatMap({ CivilTime($0) }) {
      self = .time(time)
    } else if let date = json["date"].string.flatMap({ CivilDate($0) }) {
      self = .date(date)
    } else if let microseconds = json["duration"].int64 {
      self = .duration(.microseconds(microseconds))
    } else if let rule = json["rule"].string.flatMap({ try? RecurrenceRule(parsing: $0) }) {
      self = .recurrence(rule, json["at"].string.flatMap { CivilTime($0) })
    } else if let metres = json["distance"].double {
      self = .distance(metres)
    } else if let percent = json["percent"].double {
      self = .percent(percent)
    } else if let place = Coordinate(json: json["coordinate"]) {
      self = .coordinate(place)
    } else if let say = Say(json: json["say"]) {
      self = .say(say)
    } else {
      return nil
    }
  }
}
