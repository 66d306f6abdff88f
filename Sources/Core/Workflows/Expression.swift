import Actions
import Base
package import Formats
import HTTP

/// A small, total language for the values of a workflow: paths, comparisons, arithmetic and a fixed set of functions.
///
/// It has no loops, no assignment and no way out: every expression gives a value in time bounded by its length and its
/// inputs. What is not there, and what makes no sense (`"a" - 1`, a division by zero), is `null`.
///
/// `inputs.amount > 500 && steps.look.count != 0 ? "many" : item.name ?? "nobody"`
package indirect enum Expression: Sendable, Hashable {
  case value(JSON)
  case name(String)
  case member(Expression, String)
  case element(Expression, Expression)
  case not(Expression)
  case negative(Expression)
  case binary(Operator, Expression, Expression)
  case choice(Expression, Expression, Expression)
  case call(Function, [Expression])

  package enum Operator: String, Sendable, CaseIterable {
    case otherwise = "??"
    case or = "||"
    case and = "&&"
    case equal = "=="
    case unequal = "!="
    case atMost = "<="
    case atLeast = ">="
    case less = "<"
    case more = ">"
    case contains
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case modulo = "%"

    /// What binds tighter has more.
    var strength: Int {
      switch self {
      case .otherwise: 1
      case .or: 2
      case .and: 3
      case .equal, .unequal: 4
      case .atMost, .atLeast, .less, .more, .contains: 5
      case .plus, .minus: 6
      case .times, .divided, .modulo: 7
      }
    }
  }

  package enum Function: String, Sendable, CaseIterable {
    case length, lower, upper, trim, text, encode, number, round, min, max, sum, first, last, join, split, keys, values,
      pluck,
      items, figure, moment, earlier, take, sort, unique, rename
    case where_ = "where"

    var arguments: ClosedRange<Int> {
      switch self {
      case .min, .max: 1...16
      case .join, .split, .pluck, .earlier, .take: 2...2
      case .round, .items, .unique: 1...2
      case .sort: 1...3
      case .where_, .rename: 3...3
      default: 1...1
      }
    }
  }

  /// Whether a value counts as true: everything but `null`, `false`, 0, "" and empty lists.
  package static func isTrue(_ value: JSON) -> Bool {
    switch value {
    case .null: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let text): !text.isEmpty
    case .array(let all): !all.isEmpty
    case .object: true
    }
  }

  /// A value as it stands in a text.
  package static func words(_ value: JSON) -> String {
    switch value {
    case .null: ""
    case .string(let text): text
    case .number(let number) where number == number.rounded() && abs(number) < 1e15: String(Int64(number))
    case .array(let all): all.map(words).joined(separator: ", ")
    default: value.text()
    }
  }
}

// MARK: Values

extension Expression {
  /// - Parameter names: gives what a first name stands for (`inputs`, `steps`, `item`, …); `null` for others.
  package func value(_ names: (String) -> JSON) -> JSON {
    switch self {
    case .value(let value): return value
    case .name(let name): return names(name)
    // one result, and not an object of all of them
    case .member(.name("steps"), let id): return names("steps." + id)
    case .member(.name("said"), let id): return names("said." + id)
    case .member(let base, let key): return base.value(names)[key]
    case .element(let base, let key):
      let base = base.value(names)
      switch key.value(names) {
      case .string(let key): return base[key]
      case .integer(let index):
        guard let all = base.array, let index = Int(exactly: index) else { return .null }
        let place = index < 0 ? all.count + index : index
        return all.indices.contains(place) ? all[place] : .null
      default: return .null
      }
    case .not(let inner): return .bool(!Self.isTrue(inner.value(names)))
    case .negative(let inner):
      switch inner.value(names) {
      case .integer(let value) where value != .min: return .integer(-value)
      case .number(let value): return .number(-value)
      default: return .null
      }
    case .choice(let condition, let yes, let no):
      return Self.isTrue(condition.value(names)) ? yes.value(names) : no.value(names)
    case .binary(let sign, let left, let right):
      let first = left.value(names)
      switch sign {
      case .otherwise: return first.isNull ? right.value(names) : first
      case .or: return Self.isTrue(first) ? first : right.value(names)
      case .and: return Self.isTrue(first) ? right.value(names) : first
      default: return Self.combined(sign, first, right.value(names))
      }
    case .call(let function, let arguments): return function.value(arguments.map { $0.value(names) })
    }
  }

  private static func combined(_ sign: Operator, _ a: JSON, _ b: JSON) -> JSON {
    switch sign {
    case .equal: return .bool(same(a, b))
    case .unequal: return .bool(!same(a, b))
    case .less, .more, .atMost, .atLeast:
      guard let order = order(a, b) else { return .bool(false) }
      switch sign {
      case .less: return .bool(order < 0)
      case .more: return .bool(order > 0)
      case .atMost: return .bool(order <= 0)
      default: return .bool(order >= 0)
      }
    case .contains:
      if let all = a.array { return .bool(all.contains { same($0, b) }) }
      if let text = a.string { return .bool(text.lowercased().contains(words(b).lowercased())) }
      if let object = a.object, let key = b.string { return .bool(object[key] != nil) }
      return .bool(false)
    case .plus:
      if case .array(let first) = a, case .array(let second) = b { return .array(first + second) }
      if a.string != nil || b.string != nil { return .string(words(a) + words(b)) }
      return arithmetic(a, b, { $0.addingReportingOverflow($1) }, +)
    case .minus: return arithmetic(a, b, { $0.subtractingReportingOverflow($1) }, -)
    case .times: return arithmetic(a, b, { $0.multipliedReportingOverflow(by: $1) }, *)
    case .divided:
      guard let a = a.double, let b = b.double, b != 0 else { return .null }
      return number(a / b)
    case .modulo:
      guard let a = a.int64, let b = b.int64, b != 0, !(a == .min && b == -1) else { return .null }
      return .integer(a % b)
    case .otherwise, .or, .and: return .null
    }
  }

  /// Whole where it is, so that counts stay counts.
  static func number(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    return value == value.rounded() && abs(value) < 9e15 ? .integer(Int64(value)) : .number(value)
  }

  private static func arithmetic(
    _ a: JSON, _ b: JSON, _ whole: (Int64, Int64) -> (partialValue: Int64, overflow: Bool),
    _ broken: (Double, Double) -> Double
  ) -> JSON {
    if case .integer(let a) = a, case .integer(let b) = b {
      let result = whole(a, b)
      if !result.overflow { return .integer(result.partialValue) }
    }
    guard let a = a.double, let b = b.double else { return .null }
    let result = broken(a, b)
    return result.isFinite ? .number(result) : .null
  }

  static func total(_ all: [JSON]) -> JSON {
    var whole: Int64 = 0
    for one in all {
      guard case .integer(let value) = one, case let (sum, overflow) = whole.addingReportingOverflow(value), !overflow
      else { return number(all.compactMap(\.double).reduce(0, +)) }
      whole = sum
    }
    return .integer(whole)
  }

  static func same(_ a: JSON, _ b: JSON) -> Bool {
    // whole numbers are compared whole: ids of eighteen digits are such
    if case .integer(let a) = a, case .integer(let b) = b { return a == b }
    if let a = a.double, let b = b.double { return a == b }
    return a == b
  }

  static func order(_ a: JSON, _ b: JSON) -> Int? {
    if case .integer(let a) = a, case .integer(let b) = b { return a < b ? -1 : a > b ? 1 : 0 }
    if let a = a.double, let b = b.double { return a < b ? -1 : a > b ? 1 : 0 }
    if let a = a.string, let b = b.string { return a < b ? -1 : a > b ? 1 : 0 }
    return nil
  }
}

extension Expression.Function {
  /// The list in a value: the value itself, or the first list among its members.
  static func items(_ value: JSON) -> [JSON] {
    if let all = value.array { return all }
    guard let object = value.object else { return value.isNull ? [] : [value] }
    return object.members.lazy.compactMap(\.value.array).first ?? []
  }

  private static let figures = ["total", "amount", "value", "count", "score", "price", "profit", "days"]

  /// The number in a value: itself, an amount of money, a total; of a list how many it has.
  private static func figure(_ value: JSON, depth: Int = 0) -> JSON {
    if value.double != nil { return value }
    if let number = value.string.flatMap({ Double($0.trimmed) }) { return Expression.number(number) }
    if let all = value.array { return .integer(Int64(all.count)) }
    guard let object = value.object, depth < 8 else { return .null }
    let known = figures.lazy.compactMap { object[$0] }.map { figure($0, depth: depth + 1) }.first { !$0.isNull }
    if let known { return known }
    if object.members.contains(where: { $0.value.array != nil }) { return .integer(Int64(items(value).count)) }
    return object.members.lazy.map { figure($0.value, depth: depth + 1) }.first { !$0.isNull } ?? .null
  }

  private static let moments = ["starts", "at", "due", "next", "when", "time"]

  /// When something is: itself, or the time that it begins with.
  private static func moment(_ value: JSON) -> JSON {
    if let text = value.string { return Instant(iso8601: text) == nil ? .null : value }
    return moments.lazy.map { value[$0] }.first { $0.string.flatMap { Instant(iso8601: $0) } != nil } ?? .null
  }

  func value(_ arguments: [JSON]) -> JSON {
    let first = arguments[0]
    switch self {
    case .length:
      if let all = first.array { return .integer(Int64(all.count)) }
      if let object = first.object { return .integer(Int64(object.count)) }
      return .integer(Int64(first.string?.count ?? 0))
    case .lower: return .string(Expression.words(first).lowercased())
    case .upper: return .string(Expression.words(first).uppercased())
    case .trim: return .string(Expression.words(first).trimmed)
    case .text: return .string(Expression.words(first))
    case .encode: return .string(PercentCoding.encode(Expression.words(first)))
    case .number:
      if first.double != nil { return first }
      return first.string.flatMap { Double($0.trimmed) }.map(Expression.number) ?? .null
    case .round:
      if case .integer = first { return first }
      guard let value = first.double else { return .null }
      let digits = Swift.max(0, Swift.min(6, arguments.count > 1 ? arguments[1].int ?? 0 : 0))
      let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
      return Expression.number((value * scale).rounded() / scale)
    case .min, .max:
      let all = arguments.count == 1 ? first.array ?? [first] : arguments
      return all.reduce(JSON.null) { best, one in
        guard !best.isNull else { return one }
        guard let order = Expression.order(one, best) else { return best }
        return (self == .min ? order < 0 : order > 0) ? one : best
      }
    case .sum:
      let all = (first.array ?? []).filter { $0.double != nil }
      return Expression.total(all)
    case .first: return first.array?.first ?? .null
    case .last: return first.array?.last ?? .null
    case .join:
      return .string((first.array ?? [first]).map(Expression.words).joined(separator: Expression.words(arguments[1])))
    case .split:
      let separator = Expression.words(arguments[1])
      let text = Expression.words(first)
      return separator.isEmpty
        ? .array(text.map { .string(String($0)) })
        : .array(text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) })
    case .keys: return .array((first.object?.keys ?? []).map(JSON.string))
    case .values: return .array(first.object?.map(\.value) ?? [])
    case .pluck:
      guard let key = arguments[1].string else { return .null }
      return .array((first.array ?? []).map { $0[key] })
    case .items: return .array(Self.items(first, named: arguments.count > 1 ? arguments[1].string : nil))
    case .take, .sort, .unique, .rename: return list(arguments)
    case .figure: return Self.figure(first)
    case .moment: return Self.moment(first)
    case .earlier:
      guard let time = first.string.flatMap({ Instant(iso8601: $0) }),
        let length = WorkflowDuration.read(Expression.words(arguments[1]))
      else { return .null }
      return .string((time - length).description)
    case .where_:
      guard let key = arguments[1].string else { return .null }
      return .array((first.array ?? []).filter { Expression.same($0[key], arguments[2]) })
    }
  }
}
