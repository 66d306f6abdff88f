import Text

/// What a message says of the meters of a building: "tidel tower chiller", "floor 2", "by floor".
struct MeterWords: Sendable {
  /// Those that are named; `nil` for the whole building.
  private(set) var named: [Building.Meter]?
  /// What each of them used is asked.
  private(set) var splits = false

  init(_ said: String?, of building: Building, _ meters: [Building.Meter]) {
    guard let said, meters.count > 1 else { return }
    let words = Self.words(said)
    splits = !Self.splitting.isDisjoint(with: words) || Self.asksWhich(words, of: building, meters)
    guard !splits else { return }
    let own = Set(Self.words(building.name))
    let found = meters.filter { meter in
      let telling = Self.own(meter, of: building)
      return !telling.isEmpty && telling.allSatisfy { !own.contains($0) && words.contains($0) }
    }
    if !found.isEmpty, found.count < meters.count { named = found }
  }

  /// "which floor uses most": a word that several of its meters have.
  static func asksWhich(_ words: [String], of building: Building, _ meters: [Building.Meter]) -> Bool {
    guard let which = words.firstIndex(where: { ["which", "what"].contains($0) }), which + 1 < words.count else {
      return false
    }
    let thing = words[which + 1]
    return ["meter", "meters", "submeter"].contains(thing)
      || meters.count { own($0, of: building).contains { $0 == thing || $0 + "s" == thing } } > 1
  }

  static func words(_ text: String) -> [String] {
    Normaliser.normalise(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Its name without the building's: "Chiller" of "Tidel Tower/Chiller".
  static func name(_ meter: Building.Meter, of building: Building) -> String {
    let name = meter.id
    guard name.lowercased().hasPrefix(building.name.lowercased()) else { return name }
    let rest = name.dropFirst(building.name.count).drop { !$0.isLetter && !$0.isNumber }
    return rest.isEmpty ? name : String(rest)
  }

  private static func own(_ meter: Building.Meter, of building: Building) -> [String] {
    words(name(meter, of: building)).filter { $0 != "meter" }
  }

  private static let splitting: Set<String> = [
    "floorwise", "meterwise", "wise", "split", "breakup", "breakdown", "submeters", "submeter", "meters", "floors",
  ]
}
