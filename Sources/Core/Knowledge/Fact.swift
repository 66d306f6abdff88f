package import Base
package import Formats

/// One version of something that somebody told the house or that it saw: *subject relation value*, true over a span of
/// time, believed since it was learned until something else took its place.
package struct Fact: Sendable, Hashable {
  /// Where it comes from.
  package enum Origin: String, Sendable {
    /// In a person's own words.
    case said
    /// From what an action did.
    case action
    /// Concluded from other facts.
    case rule
    /// By a language model.
    case model
  }

  package var id: String
  /// In whose memory it is.
  package var owner: PersonID
  package var subject: String
  /// A relation of `Knowledge/relations.yaml`, or `is:` and the words of a person ("is:wifi password").
  package var relation: String
  /// The thing on the other side, where it is one.
  package var object: String?
  /// As the person wrote it.
  package var value: String
  package var period: Period
  /// When it was told first: the moment of the episode it comes from.
  package var toldAt: Instant
  package var door: String
  package var learnedAt: Instant
  package var supersededAt: Instant?
  /// 0…1.
  package var confidence: Double
  package var origin: Origin
  /// The family right that shows it to relatives of whom it is about; empty where none does.
  package var sharing: String
  package var isPinned: Bool

  package var json: JSON {
    var object: JSONObject = [
      "id": .string(id), "subject": .string(subject), "relation": .string(relation), "value": .string(value),
      "told": .string(toldAt.description), "learned": .string(learnedAt.description),
      "confidence": .number(confidence), "origin": .string(origin.rawValue),
    ]
    if let from = period.from { object["from"] = .string(from.description) }
    if let to = period.to { object["to"] = .string(to.description) }
    if let supersededAt { object["superseded"] = .string(supersededAt.description) }
    if let thing = self.object { object["object"] = .string(thing) }
    if isPinned { object["pinned"] = true }
    return .object(object)
  }
}

/// From a moment up to (not including) another; an end that is not known is open.
package struct Period: Sendable, Hashable {
  package var from: Instant?
  package var to: Instant?

  package init(from: Instant? = nil, to: Instant? = nil) {
    self.from = from
    self.to = to
  }

  package static func at(_ moment: Instant) -> Period {
    Period(from: moment, to: Instant(microseconds: moment.microseconds + 1))
  }

  /// Where nothing was said of when, it is so from a moment on.
  func begun(at moment: Instant) -> Period { self == Period() ? Period(from: moment) : self }

  package func overlaps(_ other: Period) -> Bool {
    (from ?? .distantPast) < (other.to ?? .distantFuture) && (other.from ?? .distantPast) < (to ?? .distantFuture)
  }
}

extension Instant {
  static let distantPast = Instant(microseconds: .min)
  static let distantFuture = Instant(microseconds: .max)
}

/// Somebody or something that facts are about.
package struct Thing: Sendable, Hashable {
  package var id: String
  package var kind: String
  package var name: String
  /// Whom the house knows by this name, where it is one of its people.
  package var person: PersonID?
}

/// What is to be remembered.
package struct NewFact: Sendable {
  package var owner: PersonID
  package var subject: String
  package var relation: Relation
  package var object: String?
  package var value: String
  package var period = Period()
  package var origin = Fact.Origin.said
  package var confidence = 1.0
  package var door = ""
  package var isPinned = false
  /// The same key again is the same write again.
  package var key: String?
  /// The moment of the turn it comes from, where that was before now.
  package var toldAt: Instant?

  package init(owner: PersonID, subject: String, relation: Relation, object: String? = nil, value: String) {
    self.owner = owner
    self.subject = subject
    self.relation = relation
    self.object = object
    self.value = value
  }
}

/// A relation as `Knowledge/relations.yaml` declares it.
package struct Relation: Sendable, Hashable {
  package var name: String
  /// What stands on the other side: person, place, medicine, business …, or `text`, `date`.
  package var object = "text"
  /// A new one ends the old one.
  package var isSingle = false
  /// It cannot change: a different one is a contradiction to ask about.
  package var isFixed = false
  /// What cannot be true beside it: likes and dislikes.
  package var opposite: String?
  /// What a value must look like where it was only said in passing.
  package var looks = Looks.any
  /// Words that are no value of it, though they stand where one would ("takes rest").
  package var except: Set<String> = []
  /// One sentence may name several values: "takes metformin and telmisartan".
  package var isListed = false
  /// Another room knows more of it and is asked first.
  package var isElsewhere = false
  /// The family right that shows it.
  package var sharing = ""
  /// Rooms whose agents may read it.
  package var domains: Set<String> = []
  /// Relations that belong to the answer where it is asked for: what somebody does not eat to their diet.
  package var also: [String] = []
  /// Its values are things of their own, that other facts may be about.
  package var isThing: Bool { !["text", "date"].contains(object) }

  /// It names a person who need not be a doctor.
  var isOfNames: Bool { object == "person" && !domains.contains("care") }

  package enum Looks: String, Sendable { case any, name, digits, mail, place }

  package init(_ name: String) { self.name = name }

  static let ownPrefix = "is:"
  /// Its values are further names of whom it is said of.
  static let alias = "nickname"
  /// What somebody can do, which may not be on every day.
  static let ability = "can"

  /// What a person keeps under words of their own: one value at a time.
  package static func own(_ words: String) -> Relation {
    var relation = Relation(ownPrefix + words)
    relation.isSingle = true
    return relation
  }
}
