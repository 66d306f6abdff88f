import Actions
import Base
import Formats
import Messages
import Text
import Time

extension Reading {
  /// Years that nobody has lived.
  private static let oldest = 130

  /// - Throws: what is no day of any year, and an age that nobody has.
  func check(_ reader: FactReader, _ context: ActionContext) throws {
    guard let relation, let object, [.tell, .change, .past].contains(sense) else { return }
    let values: [String: Say.Value] = ["value": .text(object)]
    if relation.object == "date", let day = Self.day(in: object) {
      // in whatever language it was said
      let isDay = Language.all.contains { language in
        let period = reader.timed("- \(object)", language, now: context.now, zone: context.zone).period
        return period?.from.map { context.zone.date($0).day == day } ?? false
      }
      guard isDay else {
        throw ActionError("memory.no_day", values, sentence: "\(object) is no day that there is.", field: "fact")
      }
    }
    if relation.name == "age", let years = Int(object.prefix { $0.isNumber }), years > Self.oldest {
      throw ActionError("memory.no_age", values, sentence: "Nobody is \(object) years old.", field: "fact")
    }
  }

  /// The day of the month, where it stands in figures of its own ("31 June", "4th of June"). A 29th may be a leap day.
  private static func day(in text: String) -> Int? {
    SaidWord.cut(text).lazy.compactMap { word in
      let figures = word.folded.filter { $0.isASCII && $0.isNumber }
      return word.folded.hasPrefix(figures) && word.folded.count - figures.count <= 2 ? Int(figures) : nil
    }.first { (1...31).contains($0) && $0 != 29 }
  }
}
