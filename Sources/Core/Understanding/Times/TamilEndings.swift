/// The forms of a Tamil word that a sentence has it in: "நாளில்", "நாளுக்கு", "நாளிலிருந்து", "நாளும்"; "naalla", "naaluku".
enum TamilEndings {
  /// What an ending says; the grammar reads it as a small word behind.
  enum Ending: UInt8, Sendable {
    case none, within, to, from
    /// "மாதத்தின்": of; "காலையும்": and.
    case of, also

    /// The small word it stands for; takes no place of its own in the sentence.
    var category: TimeCategory? {
      switch self {
      case .none: nil
      case .within: .hence
      case .to: .toPost
      case .from: .fromPost
      case .of: .post
      case .also: .and
      }
    }
  }

  /// Forms of a word or of the last word of a phrase; none for other scripts than the asked one.
  static func forms(of word: String, isRomanised: Bool) -> [(form: String, ending: Ending)] {
    guard let last = word.unicodeScalars.last else { return [] }
    if isRomanised { return last.isASCII ? romanised(word) : [] }
    return (0x0B80...0x0BFF).contains(last.value) ? native(word) : []
  }

  private typealias Set = (
    within: [String], to: [String], from: [String], none: [String], of: [String], also: [String]
  )

  private static func native(_ word: String) -> [(form: String, ending: Ending)] {
    let scalars = Array(word.unicodeScalars)
    func base(_ count: Int) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars.dropLast(count))
      return String(view)
    }
    switch scalars.last?.value {
    case 0x0BCD where scalars.count > 2 && scalars[scalars.count - 2].value == 0x0BAE:
      // மாதம்: மாதத்தில்
      return all(
        base(2),
        (
          ["த்தில்", "த்தில", "த்துல", "த்திலே"], ["த்துக்கு", "த்திற்கு", "த்துக்குள்ள", "த்திற்குள்"],
          ["த்திலிருந்து", "த்தில் இருந்து", "த்துல இருந்து", "த்துலேர்ந்து", "த்துலேந்து"], ["மா", "மாக"], ["த்தின்"], ["மும்"]
        ))
    case 0x0BBF, 0x0BC0, 0x0BC8:
      return all(
        word,
        (
          ["யில்", "யில", "ல", "யிலே"], ["க்கு", "க்குள்ள", "க்குள்"],
          ["யிலிருந்து", "யில் இருந்து", "யில இருந்து", "ல இருந்து", "யிலேர்ந்து", "லேர்ந்து", "லேந்து"], ["யா", "யாக"], ["யின்"], ["யும்"]
        ))
    case 0x0BC1:
      return all(
        base(1),
        (
          ["ில்", "ில", "ுல"], ["ுக்கு", "ுக்குள்ள", "ுக்குள்"],
          ["ிலிருந்து", "ில் இருந்து", "ுல இருந்து", "ுலேர்ந்து", "ிலேர்ந்து"], ["ா", "ாக"], ["ின்"], ["ும்"]
        ))
    case 0x0BCD:
      // மார்ச்: மார்ச்சில்
      let stem = base(1) + (scalars[scalars.count - 2].value == 0x0B9A ? "்ச" : "")
      return all(
        stem,
        (
          ["ில்", "ில", "ுல", "ிலே", "்ல"], ["ுக்கு", "ைக்கு", "ுக்குள்ள", "ுக்குள்", "ைக்குள்ள"],
          ["ிலிருந்து", "ில் இருந்து", "ுல இருந்து", "ில இருந்து", "ுலேர்ந்து", "ிலேர்ந்து", "ுலேந்து", "்ல இருந்து", "்லேர்ந்து"],
          ["ா", "ாக"], ["ின்"], ["ும்"]
        ))
    default: return []
    }
  }

  private static func romanised(_ word: String) -> [(form: String, ending: Ending)] {
    switch word.last {
    case "m":
      return all(
        String(word.dropLast()),
        (
          ["thula", "thil", "thla"], ["thuku", "thukku", "thirku", "thukulla"],
          ["thulerundhu", "thulendhu", "thula irundhu", "thilirundhu", "thulerndhu"], ["ma"], ["thin"], ["mum"]
        ))
    case "i", "y":
      return all(
        word,
        (
          ["la", "yila", "yil"], ["ku", "kku", "kulla"],
          ["lerundhu", "lendhu", "la irundhu", "yilirundhu", "lerndhu", "yila irundhu", "yilerundhu"],
          [], ["yin"], ["yum"]
        ))
    case "u":
      return all(
        String(word.dropLast()),
        (
          ["ula", "il"], ["uku", "ukku", "ukulla"], ["ulerundhu", "ula irundhu", "ulendhu", "ilirundhu"], [], ["in"],
          ["um"]
        ))
    default:
      // "naalla", in days, is spelled like "naala", for days.
      return all(
        word,
        (
          word.last == "l" ? ["ula", "il"] : ["la", "ula", "il"], ["uku", "ukku", "ku", "aiku", "aikku", "ukulla"],
          ["lerundhu", "ulerundhu", "la irundhu", "ula irundhu", "lendhu", "ilirundhu"], ["a"], ["in"], ["um"]
        ))
    }
  }

  private static func all(_ stem: String, _ set: Set) -> [(form: String, ending: Ending)] {
    let to = set.to.map { (form: stem + $0, ending: Ending.to) }
    return set.within.map { (stem + $0, .within) } + to + doubled(to) + set.from.map { (stem + $0, .from) }
      + set.none.map { (stem + $0, .none) } + set.of.map { (stem + $0, .of) } + set.also.map { (stem + $0, .also) }
  }

  /// "மணிக்குப் பிறகு": the consonant of the next word is written at the end of this one.
  private static func doubled(_ forms: [(form: String, ending: Ending)]) -> [(form: String, ending: Ending)] {
    forms.filter { $0.form.hasSuffix("க்கு") || $0.form.hasSuffix("ற்கு") }.flatMap { form, ending in
      ["க்", "ச்", "த்", "ப்"].map { (form + $0, ending) }
    }
  }
}
