extension Zone {
  /// The zone of a big city, a country or a zone's own name; `nil` for any other place.
  package static func ofPlace(_ words: String) -> Zone? {
    let wanted = words.split(separator: " ").joined(separator: "_").lowercased()
    guard !wanted.isEmpty else { return nil }
    if let zone = cities[wanted].flatMap({ try? Zone.named($0) }) { return zone }
    let found = ZoneDatabase.shared.identifiers.first { identifier in
      let lowered = identifier.lowercased()
      return lowered == wanted || lowered.split(separator: "/").last.map(String.init) == wanted
    }
    return found.flatMap { try? Zone.named($0) }
  }

  /// The zone of a city, and of nothing else that a zone's name may be ("Local", "West").
  package static func ofCity(_ words: String) -> Zone? {
    guard let zone = ofPlace(words) else { return nil }
    let name = words.lowercased()
    if cities[name.split(separator: " ").joined(separator: "_")] != nil { return zone }
    let parts = zone.identifier.split(separator: "/")
    return parts.count > 1 && areas.contains(String(parts[0])) && !corners.contains(name) ? zone : nil
  }

  private static let areas: Set = ["Africa", "America", "Asia", "Australia", "Europe", "Indian", "Pacific", "Atlantic"]
  private static let corners: Set = ["north", "south", "west", "east", "act", "nsw", "center", "easter", "midway"]

  /// Big cities that no zone is named after.
  private static let cities = [
    "india": "Asia/Kolkata", "chennai": "Asia/Kolkata", "madurai": "Asia/Kolkata", "coimbatore": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata", "pune": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new_delhi": "Asia/Kolkata",
    "bengaluru": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "hyderabad": "Asia/Kolkata",
    "san_francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles", "boston": "America/New_York",
    "washington": "America/New_York", "houston": "America/Chicago", "abu_dhabi": "Asia/Dubai",
  ]
}
