/// Finds phone numbers of any country by their shape: groups of digits with the usual signs between, and an extension.
struct PhoneNumbers {
  struct Found {
    var tokens: Range<Int>
    /// As it was written.
    var text: String
    /// Digits only, with a plus in front where one was written.
    var number: String
  }

  private let pieces: AmountPieces
  private let sentence: Sentence
  /// By token: the last word before it that says "phone", and that says "account"; -1 for none.
  private let phoneBefore: [Int]
  private let accountBefore: [Int]

  init(_ reading: AmountReading) {
    pieces = reading.pieces
    sentence = reading.pieces.sentence
    var (phone, account) = ([Int](), [Int]())
    if sentence.tokens.contains(where: { $0.kind == .number }) {
      phone = [Int](repeating: -1, count: sentence.tokens.count + 1)
      account = phone
      for piece in pieces.all {
        let end = piece.tokens.upperBound
        if piece.has(.phone) { phone[end] = end }
        if piece.has(.account) { account[end] = end }
      }
      for index in phone.indices.dropFirst() {
        phone[index] = max(phone[index], phone[index - 1])
        account[index] = max(account[index], account[index - 1])
      }
    }
    (phoneBefore, accountBefore) = (phone, account)
  }

  func found() -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < sentence.tokens.count {
      let shapes = shapes(at: index)
      // The longest that holds: behind a number there may stand a date.
      if let shape = shapes.last(where: isPhone) {
        let tokens = shape.start..<shape.end
        found.append(
          Found(
            tokens: tokens, text: sentence.text(of: tokens), number: (shape.hasPlus ? "+" : "") + shape.groups.joined())
        )
        index = shape.end
      } else {
        index = max(shapes.first?.end ?? 0, index + 1)
      }
    }
    return found
  }

  private struct Shape {
    var start: Int
    var end: Int
    var groups: [String] = []
    var hasPlus = false
    var hasArea = false
    /// Groups of one digit that brackets or points set apart: "(0)", "971.4.123".
    var loose = 0
    /// Signs between the groups; a space is 0.
    var marks: [UInt32] = []
    var count: Int { groups.reduce(0) { $0 + $1.utf8.count } }
  }

  private func digits(_ index: Int) -> String { sentence.folded(index) }
  private func symbol(_ index: Int) -> UInt32 { pieces.symbol(index) }
  private func isSign(_ index: Int, _ sign: Unicode.Scalar) -> Bool { symbol(index) == sign.value }

  // MARK: Shapes

  /// Runs that look like one, each by one group longer: "+44 (0) 113-496-0009", "(541) 754-3010 ext 5".
  private func shapes(at start: Int) -> [Shape] {
    var shape = Shape(start: start, end: start)
    var index = start
    if isSign(index, "(") {
      let plus = isSign(index + 1, "+") ? 1 : 0
      guard pieces.isNumber(index + 1 + plus), isSign(index + 2 + plus, ")"), digits(index + 1 + plus).utf8.count <= 5
      else { return [] }
      shape.groups = [digits(index + 1 + plus)]
      (shape.hasPlus, shape.hasArea) = (plus == 1, true)
      index += 3 + plus
    } else {
      if isSign(index, "+") { (shape.hasPlus, index) = (true, index + 1) }
      guard pieces.isNumber(index), !shape.hasPlus || pieces.isGlued(index) else { return [] }
      shape.groups = [digits(index)]
      index += 1
    }
    shape.end = index
    var all = [shape]
    while let next = group(after: index, &shape) {
      (index, shape.end) = (next, next)
      all.append(shape)
    }
    if let end = `extension`(index) {
      shape.end = end
      all.append(shape)
    }
    return all
  }

  /// One more group of digits, with the sign before it.
  private func group(after index: Int, _ shape: inout Shape) -> Int? {
    guard shape.groups.count < 8, index < sentence.tokens.count else { return nil }
    var place = index
    var mark: UInt32 = 0
    if isSign(place, "-") || isSign(place, ".") || isSign(place, "/") {
      mark = symbol(place)
      place += 1
    }
    if isSign(place, "("), mark == 0, pieces.isNumber(place + 1), isSign(place + 2, ")"),
      digits(place + 1).utf8.count <= 4,
      pieces.isNumber(place + 3) || isSign(place + 3, "-") && pieces.isNumber(place + 4)
        || isSign(place + 3, ".") && pieces.isNumber(place + 4)
    {
      shape.groups.append(digits(place + 1))
      shape.marks.append(0)
      shape.hasArea = true
      if digits(place + 1).utf8.count == 1 { shape.loose += 1 }
      return place + 3
    }
    guard pieces.isNumber(place) else { return nil }
    // A sign touches on both sides; only a slash may have a space behind.
    if mark != 0, !pieces.isGlued(index) || !pieces.isGlued(place) && mark != UInt32(ascii: "/") { return nil }
    // A space before a long run begins a new number.
    shape.groups.append(digits(place))
    shape.marks.append(mark)
    return place + 1
  }

  /// "ext. 123", "x470".
  private func `extension`(_ index: Int) -> Int? {
    guard pieces.isWord(index) else { return nil }
    var place = index + 1
    switch sentence.folded(index) {
    case "x": guard pieces.isGlued(index) else { return nil }
    case "ext", "extn", "extension": if isSign(place, ".") { place += 1 }
    default: return nil
    }
    return pieces.isNumber(place) && digits(place).utf8.count <= 6 ? place + 1 : nil
  }

  // MARK: Is it one?

  private func isPhone(_ shape: Shape) -> Bool {
    let count = shape.count
    let groups = shape.groups.map(\.utf8.count)
    guard let first = shape.groups.first, isAlone(shape) else { return false }
    let isAbroad = shape.hasPlus || first.hasPrefix("00") || first == "011"
    guard (6...16).contains(count), count <= 13 || isAbroad else { return false }
    // Dates, sums, versions, addresses.
    if shape.marks.contains(UInt32(ascii: ".")), groups.count < 3 { return false }
    if shape.marks.contains(UInt32(ascii: ".")), shape.marks.contains(UInt32(ascii: "/")) { return false }
    if isDate(shape) { return false }
    let single = groups.dropFirst().count { $0 == 1 } - shape.loose
    if single > (isAbroad || shape.marks.contains(UInt32(ascii: ".")) || groups.count <= 3 ? 1 : 0) { return false }
    let hasWord = nearWord(shape)
    let isZero = first.hasPrefix("0")
    if shape.hasPlus, groups.count == 1 { return count >= 8 }
    if !isAbroad, !shape.hasArea, groups.last ?? 0 == 1 || groups.contains(where: { $0 > 11 }) && groups.count > 1 {
      return false
    }
    if count < 8, !(isZero && (groups.count == 1 ? count >= 6 : groups.count == 2 && count >= 7)) { return false }
    if groups.count == 1 { return hasWord || count >= 10 && count <= 13 || isZero && count >= 9 }
    return hasWord || shape.hasArea || isAbroad || count >= 10
  }

  /// Nothing touches it that would make it part of something longer, and no word before says that it is something else.
  private func isAlone(_ shape: Shape) -> Bool {
    let (start, end) = (shape.start, shape.end)
    if pieces.isGlued(start), start > 0 {
      let before = sentence.tokens[start - 1]
      if before.kind != .symbol, !shape.hasPlus && !shape.hasArea { return false }
      if [
        UInt32(ascii: "-"), UInt32(ascii: "."), UInt32(ascii: "/"), UInt32(ascii: "+"), UInt32(ascii: "*"),
        UInt32(ascii: "="),
      ].contains(symbol(start - 1)),
        !shape.hasArea
      {
        return false
      }
      if isSign(start - 1, "+") || isSign(start - 1, "#") && !shape.hasArea
        || pieces.isDash(start - 1) && pieces.isNumber(start - 2)
      {
        return false
      }
    }
    if end < sentence.tokens.count, pieces.isGlued(end) {
      if sentence.tokens[end].kind != .symbol { return false }
      let next = symbol(end)
      if next == UInt32(ascii: "*") || next == UInt32(ascii: "=") || next == UInt32(ascii: "%")
        || next == UInt32(ascii: "+")
      {
        return false
      }
      if next == UInt32(ascii: ",") || next == UInt32(ascii: ".") || next == UInt32(ascii: "/") || pieces.isDash(end),
        pieces.isGlued(end + 1), pieces.isNumber(end + 1)
      {
        return false
      }
    }
    return !isAccount(start)
  }

  /// "account 12345678", "card number 12345678".
  private func isAccount(_ start: Int) -> Bool {
    let place = accountBefore[start]
    return place >= 0 && start - place <= 3 && phoneBefore[start] <= place
  }

  private func nearWord(_ shape: Shape) -> Bool {
    let place = phoneBefore[shape.start]
    return place >= 0 && shape.start - place <= 8
  }

  /// "04/21/2020", "2020-04-21".
  private func isDate(_ shape: Shape) -> Bool {
    let groups = shape.groups.map(\.utf8.count)
    guard groups.count == 3, Set(shape.marks).count == 1, !shape.hasArea, !shape.hasPlus else { return false }
    return groups[0] <= 2 && groups[1] <= 2 && (groups[2] == 4 || groups[2] == 2)
      || groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2
  }
}
