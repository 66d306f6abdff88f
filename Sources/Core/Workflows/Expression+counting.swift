import Formats

extension Expression {
  /// The same, as n8n counts: a text that is a number counts as that number where one is calculated with or compared with one.
  ///
  /// - Parameter comparesLoosely: whether `==` does so, too.
  func counting(comparesLoosely: Bool) -> Expression {
    func inner(_ expression: Expression) -> Expression { expression.counting(comparesLoosely: comparesLoosely) }
    switch self {
    case .value, .name: return self
    case .member(let base, let key): return .member(inner(base), key)
    case .element(let base, let key): return .element(inner(base), inner(key))
    case .not(let one): return .not(inner(one))
    case .negative(let one): return .negative(inner(one))
    case .choice(let condition, let yes, let no): return .choice(inner(condition), inner(yes), inner(no))
    case .call(let function, let all): return .call(function, all.map(inner))
    case .binary(let sign, let left, let right):
      let (a, b) = (inner(left), inner(right))
      switch sign {
      case .minus, .times, .divided, .modulo: return .binary(sign, a.number, b.number)
      case .less, .more, .atMost, .atLeast:
        return a.isNumber || b.isNumber ? .binary(sign, a.number, b.number) : .binary(sign, a, b)
      case .equal, .unequal:
        let compares = comparesLoosely && (a.isNumber || b.isNumber)
        return compares ? .binary(sign, a.number, b.number) : .binary(sign, a, b)
      default: return .binary(sign, a, b)
      }
    }
  }

  /// Whether it surely gives a number.
  private var isNumber: Bool {
    switch self {
    case .value(let value): value.double != nil
    case .negative(let inner): inner.isNumber
    case .binary(let sign, _, _): [.minus, .times, .divided, .modulo].contains(sign)
    case .call(let function, _): [.length, .number, .round, .sum].contains(function)
    default: false
    }
  }

  private var number: Expression { isNumber ? self : .call(.number, [self]) }
}
