import Learning

/// As it lies in a model file.
extension TimeWords {
  func compile(into writer: inout DataWriter) {
    writer.table(phrases)
    writer.table(longest)
    writer.list(meanings) { writer, words in
      writer.array(words.map(\.category.rawValue))
      writer.array(words.map { Int32($0.number) })
      writer.array(words.map { UInt8($0.kind.rawValue | $0.ending.rawValue << 4) })
    }
    writer.number(isRomanised ? 1 : 0)
  }

  convenience init(compiled reader: inout DataReader) throws {
    let (phrases, longest) = (try reader.table(), try reader.table())
    let meanings = try reader.list { reader in
      let categories: [UInt8] = try reader.array()
      let numbers: [Int32] = try reader.array()
      let kinds: [UInt8] = try reader.array()
      return try zip(categories, zip(numbers, kinds)).map { category, rest in
        guard let category = TimeCategory(rawValue: category), let kind = Word.Kind(rawValue: rest.1 & 15),
          let ending = TamilEndings.Ending(rawValue: rest.1 >> 4)
        else {
          throw DataReader.Damaged()
        }
        return Word(category: category, number: Int(rest.0), kind: kind, ending: ending)
      }
    }
    guard phrases.values.allSatisfy({ meanings.indices.contains(Int($0)) || $0 == 0 }) else {
      throw DataReader.Damaged()
    }
    self.init(phrases: phrases, longest: longest, meanings: meanings, isRomanised: try reader.int() == 1)
  }
}

/// As they lie in a model file.
extension Holidays {
  func compile(into writer: inout DataWriter) {
    writer.list(all) { writer, holiday in
      writer.text(holiday.id)
      writer.array(holiday.rule.numbers)
    }
    names.compile(into: &writer)
  }

  init(compiled reader: inout DataReader) throws {
    all = try reader.list { reader in
      let id = try reader.text()
      guard let rule = Holiday.Rule(numbers: try reader.array()) else { throw DataReader.Damaged() }
      return Holiday(id: id, rule: rule)
    }
    names = try TimeWords(compiled: &reader)
  }
}

extension Holiday.Rule {
  /// A kind and what belongs to it, as it is stored.
  fileprivate var numbers: [Int32] {
    switch self {
    case .fixed(let month, let day): [0, Int32(month), Int32(day)]
    case .weekday(let ordinal, let weekday, let month): [1, Int32(ordinal), Int32(weekday), Int32(month)]
    case .easter(let days): [2, Int32(days)]
    case .hijri(let month, let day): [4, Int32(month), Int32(day)]
    case .listed(let years): [3] + years.sorted { $0.key < $1.key }.flatMap { [Int32($0.key), Int32($0.value)] }
    }
  }

  fileprivate init?(numbers: [Int32]) {
    let rest = numbers.dropFirst().map(Int.init)
    switch (numbers.first, rest.count) {
    case (0, 2): self = .fixed(month: rest[0], day: rest[1])
    case (1, 3): self = .weekday(ordinal: rest[0], weekday: rest[1], month: rest[2])
    case (2, 1): self = .easter(days: rest[0])
    case (4, 2): self = .hijri(month: rest[0], day: rest[1])
    case (3, let count) where count.isMultiple(of: 2):
      self = .listed(
        Dictionary(stride(from: 0, to: count, by: 2).map { (rest[$0], rest[$0 + 1]) }) { old, _ in old })
    default: return nil
    }
  }
}
