/// What a word says about numbers and amounts, whatever its language: the alphabet of the grammar of amounts.
struct AmountConcept: Sendable, Hashable {
  enum Kind: UInt8, Sendable, CaseIterable {
    // Numbers. `tail` counts the last part only: "three hundred and two dozen". `scales` needs a number before it
    // ("hundreds"), `suffix` must touch it ("2k"). `add` changes the number after it ("saadhe", +½).
    case number, scale, scales, suffix, tail, add
    /// As `suffix`, in money only: "₹5l".
    case moneySuffix
    case ordinal, denominator, half, quarter
    /// Makes an ordinal of the number it touches ("11th") or ends ("pachchisvan").
    case ending
    case and, article, minus, point
    /// A line between two numbers: "one over three"; `outOf` also where the whole is said first ("teen mein se ek").
    case over, outOf, wholeFirst
    /// Between a number and the ordinal that divides it: "teen ka paanchva".
    case parts
    case of, per, percent
    /// Before or after "one", which then is no number: "this one".
    case pronoun
    // Relative ordinals: "last" is 0 from the end, "next" 1 from here.
    case fromEnd, fromHere
    // Units. The value is a place in the list of units.
    case unit, square, cubic
    /// A unit that is mostly another word ("in"): only where it touches the number, or nothing follows.
    case weakUnit
    /// A unit of time, as `TimeUnit`.
    case time
    /// After a length of time ("years old"), before a number ("age").
    case old, age
    /// A word that makes degrees an angle.
    case angle
    // Ranges. `more` and `less` want `than`; `above` and `below` do not.
    case more, less, above, below, least, most, equal, than, or, no
    case between, from, to, among, moreAfter, lessAfter, equalAfter
    /// May stand between two comparisons: "is".
    case filler
    /// A part of a whole: "2/3 part".
    case share
    // Answers.
    case affirm, deny
    /// A phone number is near; a number behind `account` is none.
    case phone, account

    /// As the files spell it.
    static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
    var bit: UInt64 { 1 << UInt64(rawValue) }
  }

  var kind: Kind
  var value: Double

  init(_ kind: Kind, _ value: Double = 0) {
    self.kind = kind
    self.value = value
  }

  /// Reads `scale.100`, `time.minute`, `fromEnd.-1`, `more`.
  init?(name: String) {
    let cut = name.firstIndex(of: ".") ?? name.endIndex
    guard let kind = Kind.named[String(name[..<cut])] else { return nil }
    guard cut < name.endIndex else {
      self.init(kind)
      return
    }
    let rest = String(name[name.index(after: cut)...])
    guard let value = Double(rest) ?? TimeUnit(name: rest).map({ Double($0.rawValue) }) else { return nil }
    self.init(kind, value)
  }

  /// What `words.yaml` says about numbers.
  init?(_ concept: Concept) {
    switch concept.kind {
    case .number: self.init(.number, concept.value)
    case .scale: self.init(.scale, concept.value)
    case .ordinal where concept.value > 0: self.init(.ordinal, concept.value)
    case .add: self.init(.add, concept.value)
    case .half: self.init(.half)
    case .quarter: self.init(.quarter)
    case .and: self.init(.and)
    case .unit: self.init(.time, concept.value)
    default: return nil
    }
  }
}

/// A unit, as `amounts.yaml` declares it.
struct AmountUnit: Sendable, Hashable {
  enum Measure: UInt8, Sendable, CaseIterable {
    case length, area, volume, weight, speed, information, angle, temperature, power, energy, pressure, quantity, money
  }

  /// In English: "Kilometer", "Swiss franc", "Tablet".
  var name: String
  var measure: Measure
  /// ISO 4217; of a word that leaves open which ("dollar"), the likeliest. Empty for what is no money.
  var currency = ""
  /// The word alone says which currency it is.
  var isCertain = false
  /// How many make the larger unit it is said with: 12 for "inch" and 100 for "cent".
  var portion = 0
  var larger = ""
  /// What the number is to be multiplied with: a million in "MEUR".
  var factor = 1
}
