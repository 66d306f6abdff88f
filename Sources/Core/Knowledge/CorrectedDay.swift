import Actions
import Base
import Events
import Formats
import Messages
import People
import Store
import Text
import Time

// A birthday that is put right is put right for whoever tells of it on the day, too.

extension FactLines {
  /// The one day that a text names, in whatever language; `nil` where it names none, or a whole month.
  func day(in text: String) -> CivilDate? {
    let languages = [context.language] + Language.all.filter { $0 != context.language }
    return languages.lazy.compactMap { language -> CivilDate? in
      guard let period = reader.timed("- \(text)", language, now: context.now, zone: context.zone).period,
        let from = period.from, period.to.map({ $0 - from <= .hours(25) }) ?? true
      else { return nil }
      return context.zone.date(from)
    }.first
  }

  /// Tells the other rooms on which day something is kept from now on.
  func announceDay(of fact: Fact, in transaction: inout Transaction) throws {
    guard reader.words.relations[fact.relation]?.object == "date", let day = day(in: fact.value),
      let root = try transaction.root(of: fact.subject, owner: fact.owner)
    else { return }
    // a year of four figures was said
    let hasYear = SaidWord.cut(fact.value).contains { $0.folded == String(day.year) }
    try transaction.emit(
      Event(
        "memory.day_corrected", person: fact.owner,
        [
          "relation": .string(fact.relation), "whose": .string(root.name), "person": JSON(root.person?.text),
          "day": .string(day.description), "has_year": .bool(hasYear),
        ]))
  }
}
