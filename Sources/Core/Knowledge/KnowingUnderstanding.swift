package import Actions
import Base
import Text
import Time
package import Understanding

/// Takes what tells or asks what is known out of the classifier's hands: such sentences have forms of their own, and what
/// stands in them ("Amma's doctor") no training could have seen.
package struct KnowingUnderstanding: Understanding {
  let base: any Understanding
  let reader: FactReader

  package init(_ base: any Understanding, reader: FactReader) {
    self.base = base
    self.reader = reader
  }

  package func understand(_ request: UnderstandingRequest) async -> Understood {
    let understood = await understandKnown(request)
    return noted(understood, request) ?? understood
  }

  private func understandKnown(_ request: UnderstandingRequest) async -> Understood {
    // an answer to a question is whatever was asked for, but a whole sentence is nobody's name
    let isName = request.expectedSlot?.slot == Self.nameSlot
    if case .text? = request.expectedSlot?.kind, !isName, !isOfMemory(request) {
      return await base.understand(request)
    }
    func isKept(_ own: String) -> Bool {
      guard let list = request.list(Knowledge.ownWords) else { return false }
      if list.entries.contains(where: { $0.id == own }) { return true }
      let asked = String(own.dropFirst(Relation.ownPrefix.count))
      return list.entries.contains { $0.id.hasPrefix(Knowledge.notePrefix) && reader.isNoted(asked, in: $0.name) }
    }
    let said = SaidWord.cut(request.text)
    if request.expectedSlot == nil, let both = clauses(request, said) { return both }
    guard
      let reading = reader.read(
        request.text, said, languages: request.languages, now: request.now, zone: request.zone, keeps: isKept)
    else { return await base.understand(request) }
    if reading.sense == .forgetLast, request.expectedSlot?.intent == RememberFact.name {
      return Understood(language: reading.language, intent: nil, confidence: 0.99, kind: .cancel)
    }
    let isWanted = request.expectedSlot.map { [.text, .place, .person].contains($0.kind) } ?? false
    if reading.sense == .forgetLast || reading.sense == .forgetAll && !isWanted,
      request.isConfirming || request.expectedSlot != nil
    {
      // what is asked for is to be left, and nothing that was told is to be forgotten
      return await base.understand(request)
    }
    let known = understood(reading, request)
    guard request.allowedIntents?.contains(known.intent ?? "") != false else { return await base.understand(request) }
    if isName, !reading.isQuestion { return known }
    if reading.isOnlyKnown, reading.relation?.isThing == true, !isKnown(reading.objectNoun, request) {
      return await base.understand(request)
    }
    if reading.sense == .about, !reading.isSure, !isKnown(reading.subject, request) {
      let other = await base.understand(request)
      // nobody asks who the house is, or how all is, by somebody's name
      return (takesNothing(other) || other.kind == .outOfScope) && isStranger(reading.subject, request) ? known : other
    }
    if reading.isQuestion, let own = reading.relation?.name, own.hasPrefix(Relation.ownPrefix) {
      // "what is the …" asks for anything: only what the person keeps under these words is found here
      return isKept(own) ? known : await base.understand(request)
    }
    if let birthday = await birthday(reading, request) { return birthday }
    if let planned = await planned(reading, request) { return planned }
    // "galat bola 7 baje", of what was noted just now, is about that and no fact
    if reading.sense == .wrong, request.currentIntent != nil {
      let other = await base.understand(request)
      if case .correction(let correction) = other.kind, !correction.slots.isEmpty { return other }
    }
    if let search = await search(reading, request) { return search }
    let isSure = reading.isSure && !isElsewhere(reading, request)
    let stranger = reading.isQuestion ? stranger(reading, request) : nil
    if isSure, stranger == nil { return moving(known, reading, request) }
    let other = await base.understand(request)
    let isListed = stranger.map { isRow($0, other, request) } ?? false
    // lists that it needs are read, and it is asked again
    if request.unread?.wanted.isEmpty == false { return other }
    guard isListed || !isSure && knowsBetter(other, reading) else { return moving(known, reading, request) }
    var better = other
    // a room that has nothing of it is no reason not to tell what is known
    if reading.isQuestion, reading.relation?.isElsewhere == true { better.otherwise = [known] }
    return better
  }

  /// "Forget everything", "forget everything about Meera", "remember that …": no answer, whatever was asked.
  private func isOfMemory(_ request: UnderstandingRequest) -> Bool {
    let reading = reader.read(request.text, languages: request.languages, now: request.now, zone: request.zone)
    guard let reading, reading.isSure else { return false }
    return reading.isToRemember || [.forget, .forgetAll].contains(reading.sense)
  }

  /// Two statements in one sentence, neither of which another room knows more of.
  private func clauses(_ request: UnderstandingRequest, _ said: [SaidWord]) -> Understood? {
    guard request.allowedIntents?.contains(RememberFact.name) != false,
      let both = reader.clauses(
        request.text, said, languages: request.languages, now: request.now, zone: request.zone)
    else { return nil }
    let readings = [both.first, both.second].compactMap {
      reader.read($0, languages: request.languages, now: request.now, zone: request.zone)
    }
    guard let first = readings.first, readings.allSatisfy({ !isElsewhere($0, request) }) else { return nil }
    return understood(first, request)
  }

  /// Where a question asks for somebody's name.
  private static let nameSlot = "whose"

  /// Whether anything is known under a name: "tell me about …" asks for anything.
  private func isKnown(_ noun: Noun?, _ request: UnderstandingRequest) -> Bool {
    guard case .name(let name)? = noun else { return noun != nil }
    let folded = FactText.folded(name)
    return request.names.contains { FactText.folded($0) == folded }
      || request.list(Knowledge.ownWords)?.entries.contains { entry in
        entry.id == Knowledge.namePrefix + folded
          || entry.id.hasPrefix(Knowledge.notePrefix) && folded.count > 2 && WordSearch.holds(entry.name, name)
      } == true
  }

  /// Whoever moves to where the clock is another one is asked about their times as well.
  private func moving(_ known: Understood, _ reading: Reading, _ request: UnderstandingRequest) -> Understood {
    guard reading.subject == .me, reading.relation?.name == "lives_in", [.tell, .change].contains(reading.sense),
      let place = reading.object, let zone = Zone.ofPlace(place), zone != request.zone,
      request.allowedIntents?.contains(Self.zone) != false
    else { return known }
    var zoned = Understood(
      language: known.language, intent: Self.zone, confidence: 0.99, slots: ["place": .text(place)], kind: .intent)
    zoned.candidates = [.init(intent: Self.zone, confidence: 0.99)]
    var both = known
    both.also = [zoned]
    return both
  }

  private static let takes = "takes"
  private static let doctor = "doctor"
  /// Whether what was understood has nothing of the sentence in it: then it is not about a name that stands there.
  private func takesNothing(_ other: Understood) -> Bool { other.kind == .intent && other.slots.isEmpty }

  private static let zone = "assistant.zone"
  /// What the house itself is called.
  private static let house = ["thinnai", "திண்ணை", "तिण्णै", "थिन्नई"]

  private func isStranger(_ noun: Noun?, _ request: UnderstandingRequest) -> Bool {
    guard case .name(let name)? = noun else { return false }
    let folded = FactText.folded(name)
    let isWritten = request.text.firstRange(of: name).map { request.text[$0.lowerBound].isUppercase } ?? false
    return isWritten && !Self.house.contains { folded.contains($0) }
  }

  package func read(_ text: String, as kind: SlotKind, _ request: UnderstandingRequest) -> SlotValue? {
    base.read(text, as: kind, request)
  }

  /// "My grandson Vikram's birthday is 5 december" is to be thought of on the day, which only the room of birthdays does.
  private func birthday(_ reading: Reading, _ request: UnderstandingRequest) async -> Understood? {
    let text = request.text.lowercased()
    guard !reading.isQuestion, reading.sense != .wrong, request.allowedIntents?.contains("birthday.add") != false,
      Self.births.contains(where: { text.contains($0) })
    else { return nil }
    let other = await base.understand(request)
    if reading.relation?.name == "birthday", reading.subject == .me, let said = reading.object {
      guard other.intent == "birthday.add", other.slots["date"] == nil else { return own(other, said, request) }
      // the 31st of June: the room of birthdays says so, and nothing else keeps it
      var asked = other
      asked.slots["person"] = .person("me")
      return asked
    }
    guard other.kind == .intent, other.intent == "birthday.add", other.confidence >= 0.6, other.slots["date"] != nil,
      other.slots["whose"] != nil || other.slots["person"] != nil
    else { return nil }
    return tied(other, reading, request)
  }

  /// A tablet or a visit with its time is planned, and a note about somebody who is looked after goes to who reads such notes:
  /// neither is only remembered. When the next visit is, its room knows.
  private func planned(_ reading: Reading, _ request: UnderstandingRequest) async -> Understood? {
    guard request.expectedSlot == nil, [.tell, .ask].contains(reading.sense) else { return nil }
    let other = await base.understand(request)
    guard other.kind == .intent, let intent = other.intent, other.also.isEmpty, other.confidence >= Self.surePlan,
      request.allowedIntents?.contains(intent) != false
    else { return nil }
    if reading.isQuestion {
      if intent == Self.visits, reading.relation?.name == Self.doctor { return other }
      // "mera beta kahan hai" asks where he is now; where he lives is known
      guard intent == Self.whereabouts, reading.subject?.isOwn == true, case .person(let who)? = other.slots["person"],
        who != "me"
      else { return nil }
      return Self.living.contains { request.text.lowercased().contains($0) } ? nil : other
    }
    if intent == Self.note { return noted(other, reading, request) }
    guard ["medicine.add", "appointment.add"].contains(intent) else { return nil }
    let isTimed = other.slots.values.contains { value in
      if case .when(let when) = value { when.isTimeGiven } else { false }
    }
    return isTimed && (intent != "medicine.add" || other.slots["name"] != nil) ? other : nil
  }

  private static let surePlan = 0.6
  private static let visits = "appointment.list"
  private static let whereabouts = "location.show"
  private static let living = ["live", "reht", "raht", "रह", "vasik", "வசிக்"]
  private static let note = "care.note"

  /// A note for who looks after somebody is kept as it was written. What is only told, and for nobody, is remembered as well.
  private func noted(_ other: Understood, _ reading: Reading, _ request: UnderstandingRequest) -> Understood? {
    let text = request.text.trimmed
    let words = text.split(separator: " ", maxSplits: 1)
    let first = words[0].lowercased()
    guard words.count == 2, Self.notes.contains(where: { first.hasPrefix($0) }) else { return nil }
    var (said, isAddressed) = (String(words[1]).trimmed, false)
    if let mark = said.firstIndex(of: ":"), said[..<mark].split(separator: " ").count <= 4 {
      isAddressed = true
      said = String(said[said.index(after: mark)...]).trimmed
    } else if said.lowercased().hasPrefix("that ") {
      said = String(said.dropFirst(5)).trimmed
    }
    guard !said.isEmpty else { return nil }
    var note = other
    note.slots["text"] = .text(said)
    if !isAddressed { note.also = [understood(reading, request)] }
    return note
  }

  private static let notes = ["note", "kurippu", "குறிப்பு", "नोट"]

  package func measured(_ request: UnderstandingRequest) -> [[String: SlotValue]] { base.measured(request) }

  package func telling(_ request: UnderstandingRequest) -> [String] { base.telling(request) }

  package func meant(
    _ request: UnderstandingRequest, among things: [EntityEntry]
  ) -> (things: [EntityEntry], words: String)? { base.meant(request, among: things) }

  /// "My wife Anitha's birthday …" tells who Anitha is as well.
  private func tied(_ other: Understood, _ reading: Reading, _ request: UnderstandingRequest) -> Understood {
    guard case .called(let name, .me, let relation)? = reading.subject,
      request.allowedIntents?.contains(RememberFact.name) != false,
      let tie = reader.words.tongues[reading.language]?.tie
    else { return other }
    let said = tie.replacing("{relation}", with: reader.label(relation, reading.language))
      .replacing("{name}", with: name)
    var known = Understood(
      language: reading.language, intent: RememberFact.name, confidence: 0.99, slots: ["fact": .text(said)],
      kind: .intent)
    known.candidates = [.init(intent: RememberFact.name, confidence: 0.99)]
    var both = other
    both.also = [known]
    return both
  }

  /// "My birthday is 4 June": whose it is was said.
  private func own(_ other: Understood, _ said: String, _ request: UnderstandingRequest) -> Understood? {
    var only = request
    only.text = said
    guard let date = base.read(said, as: .date, only), case .date = date else { return nil }
    var known = Understood(
      language: other.language, intent: "birthday.add", confidence: 0.99,
      slots: ["date": date, "person": .person("me")], kind: .intent)
    known.candidates = [.init(intent: "birthday.add", confidence: 0.99)]
    known.isNewRequest = true
    return known
  }

  private static let births = [
    "birthday", "bday", "b'day", "जन्मदिन", "जनमदिन", "பிறந்த", "பொறந்த", "janamdin", "janmdin", "pirandha",
  ]

  /// A name that is asked about and that nobody of the house has.
  private func stranger(_ reading: Reading, _ request: UnderstandingRequest) -> String? {
    guard case .name(let name)? = reading.subject else { return nil }
    let folded = FactText.folded(name)
    return request.names.contains { FactText.folded($0) == folded } ? nil : name
  }

  /// "Mylapore Mess ka address kya hai": what was understood names a row of a list, which its room knows more of.
  private func isRow(_ name: String, _ other: Understood, _ request: UnderstandingRequest) -> Bool {
    guard other.kind == .intent, other.confidence >= 0.6 else { return false }
    return other.slots.contains { slot, value in
      switch value {
      case .text, .entity: request.list(slot)?.holds(name, language: other.language) == true
      default: false
      }
    }
  }

  /// What a room of its own keeps of the house's people (medicines, birthdays) is not taken from it.
  private func isElsewhere(_ reading: Reading, _ request: UnderstandingRequest) -> Bool {
    guard reading.relation?.isElsewhere == true, reading.period == nil || !reading.isQuestion else { return false }
    switch reading.subject {
    case .me?: return true
    case .they?: return request.person != nil
    case .name(let name)?:
      let folded = FactText.folded(name)
      // "doctor stopped telma": what a doctor begins and ends, the speaker takes
      if reading.relation?.name == Self.takes, folded == FactText.folded(reader.label(Self.doctor, reading.language)) {
        return true
      }
      return request.names.contains { FactText.folded($0) == folded }
    case .of(.me, let relation)?: return relation == Self.doctor && reading.relation?.name == Self.takes
    case .of?, .called?, nil: return false
    }
  }

  private func knowsBetter(_ other: Understood, _ reading: Reading) -> Bool {
    guard other.kind != .outOfScope else { return false }
    guard other.kind == .intent, let intent = other.intent else { return true }
    guard other.confidence >= 0.6, reading.sense != .about || !takesNothing(other) else { return false }
    // where somebody else is moves nobody's clock
    if intent == Self.zone, reading.subject != .me { return false }
    if reading.relation?.isElsewhere == true, !reading.isQuestion {
      // a room can only end what it has, and needs more than a name to begin something, such as its hours
      let isPlanned = other.slots.values.contains { value in
        switch value {
        case .entity: true
        case .when(let when): when.repeats && when.isTimeGiven
        default: false
        }
      }
      return isPlanned || other.slots.count > 2 || !other.also.isEmpty
        || intent.hasPrefix("birthday.") && reading.relation?.name == "birthday"
    }
    // a note is what was said: a room that found nothing in it has nothing to do with it
    if reading.relation?.name == "note" { return !other.slots.isEmpty && !other.intentIsOfMemory }
    return !["memory.", "smalltalk.", "assistant."].contains(where: intent.hasPrefix)
  }

  private func understood(_ reading: Reading, _ request: UnderstandingRequest) -> Understood {
    let (intent, slot): (String, String) =
      switch reading.sense {
      case .forget, .forgetLast: (ForgetFact.name, "what")
      case .forgetAll: (EraseMemory.name, "")
      case .wrong: (CorrectFact.name, "fact")
      case _ where reading.isQuestion: (AskMemory.name, "question")
      default: (RememberFact.name, "fact")
      }
    var understood = Understood(
      language: reading.language, intent: intent, confidence: 0.99,
      slots: slot.isEmpty ? [:] : [slot: .text(request.text)], kind: .intent)
    if let person = request.person, !slot.isEmpty { understood.slots["person"] = .text(person) }
    understood.candidates = [.init(intent: intent, confidence: 0.99)]
    understood.isNewRequest = true
    return understood
  }
}

extension Noun {
  /// The speaker, or somebody of theirs.
  fileprivate var isOwn: Bool {
    switch self {
    case .me, .of(.me, _): true
    default: false
    }
  }
}

extension Understood {
  fileprivate var intentIsOfMemory: Bool { intent?.hasPrefix("memory.") == true }
}
