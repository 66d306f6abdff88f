import Actions

/// One request that was cut in two.
extension Interpreter {
  /// "ezhil ku oru task podu, photos edukanum by wednesday": that something is to be noted, and for what, stands before the
  /// comma, and what it is behind it.
  func ofTwoHalves(_ understood: Understood) -> Understood {
    guard let intent = understood.intent, Self.notes(intent), let other = understood.also.first,
      understood.also.count == 1, other.intent == intent, !Self.hasText(understood), Self.hasText(other)
    else { return understood }
    var whole = other
    whole.slots.merge(understood.slots) { own, _ in own }
    whole.entities = understood.entities + other.entities
    whole.part = nil
    whole.confidence = min(understood.confidence, other.confidence)
    return whole
  }

  private static func hasText(_ understood: Understood) -> Bool {
    understood.slots.contains { name, value in
      if case .text = value { name != "project" && name != "person" } else { false }
    }
  }
}
