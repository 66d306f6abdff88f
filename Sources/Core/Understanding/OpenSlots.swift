import Actions
import Text

/// Finds the open words of an intent ("call the plumber"): what the tagger marks, mended where training saw too little.
struct OpenSlots {
  let reading: Reading
  let brain: Brain
  private let intent: String
  /// Tokens that belong to a value or to an open slot already.
  private(set) var taken: [Bool]
  private(set) var ranges: [(slot: IntentLibrary.Slot, range: Range<Int>)] = []

  init(_ open: [IntentLibrary.Slot], intent: String, _ reading: Reading, _ brain: Brain, values: [Range<Int>]) {
    self.reading = reading
    self.brain = brain
    self.intent = intent
    taken = [Bool](repeating: false, count: reading.sentence.tokens.count)
    for range in values { take(range) }
    let elements = SlotTagger.elements(reading.sentence, values: Self.runs(taken))
    var found = brain.trained?.tagger.find(elements, intent: intent, names: open.map(\.name)) ?? [:]
    for (name, range) in found {
      var kept = trimmed(range)
      // "near Marina beach": what points at a place is no part of it
      if open.contains(where: { $0.name == name && $0.kind == .place }) {
        while kept.count > 1, Self.placePointers.contains(folded(kept.lowerBound)) { kept = kept.dropFirst() }
      }
      // "remember Priya's birthday": what asks for it is no part of a name
      if name == "whose", kept.lowerBound == 0, kept.count > 1, Self.keeping.contains(folded(0)) {
        kept = kept.dropFirst()
      }
      if name == "project" { kept = withoutNoun(kept) }
      // "shelcal only sundays"
      if name == "name", intent == "medicine.add" {
        while kept.count > 1, let last = kept.last, Self.besideNames.contains(folded(last)) { kept = kept.dropLast() }
      }
      // "nikhil turned 7"
      if name == "whose", let verb = kept.dropFirst().first(where: { Self.turning.contains(folded($0)) }) {
        kept = kept.lowerBound..<verb
      }
      found[name] = kept.isEmpty || isEmptyTalk(kept, name) ? nil : kept
    }
    if intent == "expense.add", found["project"] == nil, let brand = found["what"], let thing = thing(besides: brand) {
      (found["what"], found["project"]) = (thing, brand)
    }
    if intent == "expense.add", let unit = found["what"], let thing = thing(countedIn: unit) { found["what"] = thing }
    if let addressee = found["project"], isAddressee(addressee) {
      found["project"] = nil
      if let before = found.first(where: { $0.value.upperBound == addressee.lowerBound - 1 }) {
        found[before.key] = before.value.lowerBound..<addressee.upperBound
      }
    }
    // "thank you so much, please remind me to sign the lease": the thanks are not what to be reminded of
    if let text = found["text"], let behind = behindReminding() {
      if text.upperBound <= behind.lowerBound {
        found["text"] = behind
      } else if behind.lowerBound < text.lowerBound,
        text.lowerBound - behind.lowerBound <= (hasNumber(behind.lowerBound..<text.lowerBound) ? 6 : 2),
        !found.contains(where: { $0.key != "text" && $0.value.overlaps(behind.lowerBound..<text.lowerBound) })
      {
        // "remind me at 5 ring the bank": the verb is part of what is to be done
        found["text"] = behind.lowerBound..<text.upperBound
      }
    }
    if let title = found["title"], intent == "task.add", let front = behindAdding(),
      front < title.lowerBound, !taken[front..<title.lowerBound].contains(true),
      !found.values.contains(where: { $0.lowerBound < title.lowerBound && $0.upperBound > front })
    {
      found["title"] = front..<title.upperBound
    }
    if intent == "list.add", let items = found["items"] { found["items"] = wholeList(items) }
    if intent == "care.tell", let text = found["text"] { found["text"] = withDenial(text) }
    if let title = found["title"], intent.hasSuffix(".add"), let front = meetingNoun(before: title) {
      found["title"] = front..<title.upperBound
    }
    for range in found.values { take(range) }
    for slot in open {
      guard let range = found[slot.name] else { continue }
      ranges.append((slot, wholeName(widened(range, slot), slot)))
      take(ranges[ranges.count - 1].range)
      fillBehind(range: ranges[ranges.count - 1].range, open)
    }
    if let task = open.first(where: { $0.name == "text" }), !has(task.name), var rest = behindReminding() {
      rest = rest.lowerBound..<behindSigns(rest.upperBound)
      ranges.append((task, rest))
      take(rest)
    }
    if intent == "reminder.create", let task = open.first(where: { $0.name == "text" }), !has(task.name),
      let rest = beforeRequest()
    {
      ranges.append((task, rest))
      take(rest)
    }
    // "done with vitamins": rare words that nothing took are what the first open slot is about.
    if let first = open.first, first.kind == .text, first.name != "project", !has(first.name), let rest = leftOver() {
      ranges.append((first, rest))
    }
  }

  private func has(_ name: String) -> Bool { ranges.contains { $0.slot.name == name } }

  private mutating func take(_ range: Range<Int>) { for index in range { taken[index] = true } }

  private static func runs(_ taken: [Bool]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for index in taken.indices where taken[index] {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<(index + 1)
      } else {
        runs.append(index..<(index + 1))
      }
    }
    return runs
  }

  // MARK: Words

  private static let leading: Set<String> = ["to", "about", "abt", "towards", "that"]
  private static let dangling: Set<String> = [
    "at", "on", "by", "in", "from", "and", "every", "the", "for", "to", "is", "are",
  ]
  static let reminding: Set<String> = ["remind", "reminded", "reminding", "reminder", "ping", "nudge"]
  private static let keeping: Set<String> = ["remember", "note", "save", "add", "keep", "write"]
  /// What asks to be reminded, before the verb that closes it.
  static let reminders: Set<String> = [
    "yaad", "nyabagam", "nyabagapaduthu", "nabagam", "gyabagam", "याद", "ஞாபகம்", "ஞாபகப்படுத்து", "reminder",
  ]
  /// What may follow "remind me" and is not what to be reminded of.
  private static let behindMe: Set<String> = [
    "again", "later", "when", "that", "this", "it", "of", "if", "please", "pls", "also", "once", "then", "before",
    "after", "now", "me", "too", "daily", "weekly", "monthly", "one", "more", "all", "each", "until", "till",
  ]
  private static let turning: Set<String> = ["turned", "turns", "turning", "was", "is", "will"]
  private static let adding: Set<String> = ["add", "create", "new", "note", "put", "make"]
  private static let projectPointers: Set<String> = ["on", "for", "in", "under"]
  /// What stands behind the name of a medicine and is none of it: "telma potukanum".
  private static let besideNames: Set<String> = [
    "only", "sirf", "just", "mattum", "potukanum", "pottukanum", "podanum", "sapdanum", "saptukanum", "edukanum",
    "edukkanum", "leni", "lena", "lene", "khani", "khana", "लेनी", "लेना", "खानी", "खाना", "போடணும்", "சாப்பிடணும்", "எடுக்கணும்",
  ]
  private static let placePointers: Set<String> = ["near", "in", "around", "at"]

  private func folded(_ index: Int) -> String { reading.sentence.folded(index) }
  private func isSymbol(_ index: Int) -> Bool { reading.sentence.tokens[index].kind == .symbol }
  private var isEnglish: Bool { reading.language == .english }

  /// "ki", "ku", "it", "todays": never all of what somebody means.
  private func isSmall(_ index: Int) -> Bool {
    brain.library.lexicons[reading.language]?.isSmall(reading.sentence.tokens[index]) ?? false
  }

  private func isFiller(_ index: Int) -> Bool {
    brain.library.lexicons[reading.language]?.isFiller(reading.sentence.tokens[index]) ?? false
  }

  /// Only English has the examples to tell common words from rare ones.
  private func isRare(_ index: Int) -> Bool {
    let token = reading.sentence.tokens[index]
    if token.kind == .number { return true }
    return token.kind == .word && isEnglish && !brain.common.contains(token.hash)
  }

  /// A moment, or nothing but small words.
  private func isEmptyTalk(_ range: Range<Int>, _ name: String) -> Bool {
    // "no, in Adyar" asks for nothing that is called "no"
    if range.lowerBound == 0, brain.library.dialogue.word(Sentence(reading.sentence.text(of: range))) != nil {
      return true
    }
    if range.allSatisfy({ isSmall($0) || isFiller($0) || isSymbol($0) }) { return true }
    let isMoment = range.allSatisfy { index in
      reading.times.drafts.contains { $0.tokens.contains { $0.contains(index) } }
    }
    return isMoment && name != "text"
  }

  /// "send invoice to Kumar": a name behind "to" is a project only where the list of projects has it, or where it is said
  /// ("to Nila tasks").
  private func isAddressee(_ range: Range<Int>) -> Bool {
    guard isEnglish, range.lowerBound > 0, folded(range.lowerBound - 1) == "to" else { return false }
    let next = range.upperBound
    return !(next < taken.count && ["task", "tasks", "list", "project", "brand"].contains(folded(next)))
  }

  // MARK: Ends

  /// Joining words and marks at either end belong to the sentence, not to the value.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSymbol(start) { start += 1 }
    while end > start, isSymbol(end - 1) { end -= 1 }
    if isEnglish {
      // "i want to be reminded to drink water"
      let verb = (start..<end).last { index in
        Self.reminding.contains(folded(index)) && index + 2 < end
          && (folded(index + 1) == "me" || Self.leading.contains(folded(index + 1)))
      }
      if let verb { start = folded(verb + 1) == "me" ? verb + 2 : verb + 1 }
      while start + 1 < end, Self.leading.contains(folded(start)) || folded(start) == "also" { start += 1 }
      while end - 1 > start, ["too", "also"].contains(folded(end - 1)) { end -= 1 }
      while end - 1 > start, end < taken.count, Self.dangling.contains(folded(end - 1)) { end -= 1 }
    } else {
      while start + 1 < end, isSmall(start) { start += 1 }
      while end - 1 > start, isSmall(end - 1) { end -= 1 }
    }
    return start..<end
  }

  /// Numbers and words that training hardly saw, close to an open text, belong to it: "check the ads dashboard",
  /// "valve 2001", "the plants in the garden".
  private func widened(_ range: Range<Int>, _ slot: IntentLibrary.Slot) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    // "remind me to check valve 2001": the task begins behind "to".
    if isEnglish, slot.name == "text" {
      for back in 1...2 where start - back > 0 {
        if taken[start - back] || isSymbol(start - back) { break }
        if Self.leading.contains(folded(start - back - 1)) {
          start -= back
          break
        }
      }
    }
    if !isEnglish, slot.name == "text", isBeforeRequest(end) {
      var front = start
      while front > 0, isOfTask(front - 1) {
        front -= 1
        if !isSmall(front) { start = front }
      }
    }
    let isOpen = slot.kind == .text || slot.kind == .place
    if isOpen {
      start = beforeDecimal(start)
      end = behindSigns(end)
    }
    var probe = end
    while probe < taken.count, probe - end <= 2, !taken[probe], !isSymbol(probe) {
      if isEnglish, end > range.lowerBound, points(probe) != nil, slot.name != "text" { break }
      if slot.name == "whose", Self.turning.contains(folded(probe)) { break }
      let isPart = slot.name == "text" && isEnglish ? !isFiller(probe) && !isDangling(probe) : isRare(probe)
      if isEnglish, Self.reminding.contains(folded(probe)) { break }
      probe += 1
      if isPart { end = probe }
    }
    return start..<(isOpen ? behindSigns(end) : end)
  }

  /// "spent 500 on tea for Kaapi Kadai", "uber 430 for Nalam": what was taken for the thing is a name behind "for", and the
  /// thing stands behind "on", or in front of the amount.
  private func thing(besides brand: Range<Int>) -> Range<Int>? {
    guard isEnglish, brand.lowerBound > 1, folded(brand.lowerBound - 1) == "for",
      reading.sentence.tokens[brand.lowerBound].isCapital, !taken[brand.lowerBound - 1]
    else { return nil }
    let pointer = brand.lowerBound - 1
    func isThing(_ range: Range<Int>) -> Bool {
      !range.isEmpty && range.count <= 4
        && range.allSatisfy {
          !taken[$0] && reading.sentence.tokens[$0].kind == .word && !Self.dangling.contains(folded($0))
        }
    }
    if let on = (0..<pointer).last(where: { folded($0) == "on" }), isThing((on + 1)..<pointer) {
      return (on + 1)..<pointer
    }
    guard let amount = taken.firstIndex(of: true), amount < pointer, isThing(0..<amount),
      !brain.library.requests.contains(reading.sentence.tokens[0].skeleton)
    else { return nil }
    return 0..<amount
  }

  /// "diesel 40 litres 3600": litres are what it was counted in, and the thing stands in front of their number.
  private func thing(countedIn unit: Range<Int>) -> Range<Int>? {
    let amounts = reading.values.amounts
    let counted = AmountUnits(amounts).measured().first { found in
      let tokens = amounts.tokens(found.range)
      return found.unit.measure != .money && tokens.lowerBound < unit.lowerBound && tokens.upperBound == unit.upperBound
    }
    guard let end = counted.map({ amounts.tokens($0.range).lowerBound }) else { return nil }
    var start = end
    while start > 0, reading.sentence.tokens[start - 1].kind == .word, !taken[start - 1],
      !brain.library.requests.contains(reading.sentence.tokens[start - 1].skeleton)
    {
      start -= 1
    }
    return start < end ? start..<end : nil
  }

  /// Tamil and Hindi say the verb that asks last: what stands before it is what is asked for.
  private func isBeforeRequest(_ end: Int) -> Bool {
    guard intent == "reminder.create", end < taken.count else { return false }
    return (end..<min(end + 2, taken.count)).contains {
      brain.library.closingRequests.contains(reading.sentence.tokens[$0].skeleton)
    }
  }

  /// "… gst file karna yaad dilana": all that stands between a time and the verb that asks.
  private func beforeRequest() -> Range<Int>? {
    guard !isEnglish,
      let verb = taken.indices.last(where: {
        brain.library.closingRequests.contains(reading.sentence.tokens[$0].skeleton) && !taken[$0]
      })
    else { return nil }
    // "yaad dilana" is two words
    for end in [verb - 1, verb] where end > 0 {
      var start = end
      while start > 0, isOfTask(start - 1) { start -= 1 }
      var range = trimmed(start..<end)
      while let last = range.last, Self.reminders.contains(folded(last)) { range = range.dropLast() }
      if range.count > 1 { return range }
    }
    return nil
  }

  private func isOfTask(_ index: Int) -> Bool {
    let token = reading.sentence.tokens[index]
    return !taken[index] && token.kind == .word && !isFiller(index) && !brain.library.dialogue.meansSpeaker(token)
      && !brain.library.openers.contains(token.hash)
  }

  /// A joint belongs to a text only with what follows it.
  private func isDangling(_ index: Int) -> Bool { Self.dangling.contains(folded(index)) || folded(index) == "me" }

  // MARK: Neighbours

  /// What a small word before a rare one points at: a project ("on Ezhil") or a place ("near Marina beach").
  private func points(_ index: Int) -> Set<String>? {
    guard index + 1 < taken.count, !taken[index + 1], isRare(index + 1) else { return nil }
    let word = folded(index)
    var kinds: Set<String> = []
    if Self.projectPointers.contains(word) { kinds.insert("project") }
    if Self.placePointers.contains(word) { kinds.insert("place") }
    return kinds.isEmpty ? nil : kinds
  }

  /// The project or place that stands right behind an open text and that the tagger does not know.
  private mutating func fillBehind(range: Range<Int>, _ open: [IntentLibrary.Slot]) {
    let pointer = range.upperBound
    guard isEnglish, pointer < taken.count, !taken[pointer], let kinds = points(pointer) else { return }
    let wanted = open.first { slot in
      !has(slot.name)
        && (slot.name == "project" && kinds.contains("project") || slot.kind == .place && kinds.contains("place"))
    }
    guard let wanted else { return }
    var end = pointer + 1
    while end < taken.count, !taken[end], !isSymbol(end), isRare(end) || wanted.kind == .place { end += 1 }
    ranges.append((wanted, wholeName((pointer + 1)..<end, wanted)))
    take(pointer..<ranges[ranges.count - 1].range.upperBound)
  }

  /// "remind me to take my tablets": all that follows is to be done, however common its words.
  private func behindReminding() -> Range<Int>? {
    guard isEnglish else { return nil }
    let verb = taken.indices.first { index in
      index + 3 < taken.count && Self.reminding.contains(folded(index)) && folded(index + 1) == "me"
    }
    guard let verb else { return nil }
    // "remind me tomorrow at 8 to call raja", "remind me at 5 ring the bank": the time first
    var first = verb + 2
    while first < taken.count,
      taken[first] || first + 1 < taken.count && taken[first + 1] && Self.dangling.contains(folded(first))
    { first += 1 }
    guard first < taken.count else { return nil }
    // "remind me temple at 5 pm"
    let isLed = ["to", "about"].contains(folded(first))
    let start = isLed ? first + 1 : first
    guard start < taken.count, !taken[start], !isSymbol(start),
      isLed || !Self.dangling.contains(folded(start)) && !Self.behindMe.contains(folded(start))
    else { return nil }
    let end = taken[start...].firstIndex(of: true) ?? taken.count
    let range = trimmed(start..<end)
    return range.isEmpty ? nil : range
  }

  /// "add task send quotation to Ravi Textiles": what is to be done begins behind "task", however common its words are.
  private func behindAdding() -> Int? {
    guard isEnglish else { return nil }
    let noun = taken.indices.first { index in
      index > 0 && index <= 3 && ["task", "todo"].contains(folded(index)) && Self.adding.contains(folded(0))
    }
    guard var front = noun.map({ $0 + 1 }) else { return nil }
    // "add task for ezhil - finalise the logo"
    if front + 1 < taken.count, ["for", "to", "under"].contains(folded(front)), taken[front + 1] {
      front += 1
      while front < taken.count, taken[front] { front += 1 }
      guard front < taken.count, isSymbol(front) else { return nil }
    }
    while front < taken.count, isSymbol(front) || Self.leading.contains(folded(front)) { front += 1 }
    return front < taken.count ? front : nil
  }

  /// "lunch with priya" is more than Priya.
  private func meetingNoun(before title: Range<Int>) -> Int? {
    let noun = title.lowerBound - 2
    guard isEnglish, noun >= 0, folded(noun + 1) == "with", !taken[noun], Self.gatherings.contains(folded(noun)) else {
      return nil
    }
    return noun
  }

  private static let gatherings: Set<String> = [
    "lunch", "dinner", "breakfast", "coffee", "tea", "brunch", "drinks", "interview", "demo", "review", "workshop",
    "checkup", "standup", "session", "class", "photoshoot", "meeting", "call", "sync", "catchup",
  ]

  /// "add milk, 2 kg onion, and harpic": what commas part belongs to one list, from the verb to where the list is named.
  private func wholeList(_ range: Range<Int>) -> Range<Int> {
    if let items = behindColon() { return items }
    guard isEnglish, taken.indices.contains(where: { isSymbol($0) && folded($0) == "," }) else { return range }
    var start = 0
    while start < range.lowerBound, isLead(start) { start += 1 }
    guard taken[start..<range.lowerBound].indices.contains(where: { isSymbol($0) }) else { return range }
    var end = range.upperBound
    // "… and harpic to the list"
    if let list = taken.indices.last(where: { folded($0) == "list" }), list >= end {
      end = list
      while end > range.upperBound, Self.listing.contains(folded(end - 1)) || isSymbol(end - 1) { end -= 1 }
    } else if taken[end...].indices.contains(where: { isSymbol($0) && folded($0) == "," }) {
      end = taken.count
    }
    return start..<max(end, range.upperBound)
  }

  private func isLead(_ index: Int) -> Bool {
    let token = reading.sentence.tokens[index]
    return token.kind == .symbol || isFiller(index) || Self.listing.contains(folded(index))
      || brain.library.openers.contains(token.hash) || brain.library.requests.contains(token.skeleton)
  }

  private static let listing: Set<String> = [
    "add", "put", "buy", "get", "need", "needs", "want", "i", "we", "to", "me", "us", "please", "list", "shopping",
    "grocery", "groceries", "note", "write", "down", "also", "and", "have", "on", "in", "the", "my", "our",
  ]

  private func leftOver() -> Range<Int>? {
    let rare = taken.indices.filter { index in
      let token = reading.sentence.tokens[index]
      return !taken[index] && isRare(index) && token.kind == .word && token.foldedLength >= 3 && !isFiller(index)
        && !isSmall(index)
    }
    // A rare word in front of everything is a misspelt verb, unless a value follows: "uber 220".
    guard let first = rare.first, let last = rare.last, !taken[first...last].contains(true),
      first > 0 || last + 1 < taken.count && taken[last + 1]
    else { return nil }
    return first..<(last + 1)
  }
}
