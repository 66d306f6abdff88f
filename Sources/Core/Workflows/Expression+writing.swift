import Formats

extension Expression {
  /// As a file has it: read again it is the same expression.
  var written: String {
    switch self {
    case .value(let value): Self.written(value)
    case .name(let name): name
    case .member(let base, let key):
      Self.isName(key) ? "\(base.written).\(key)" : "\(base.written)[\(Self.quoted(key))]"
    case .element(let base, let key): "\(base.written)[\(key.written)]"
    case .not(let inner): "!(\(inner.written))"
    case .negative(let inner): "-(\(inner.written))"
    case .binary(let sign, let a, let b): "(\(a.written) \(sign.rawValue) \(b.written))"
    case .choice(let condition, let yes, let no): "(\(condition.written) ? \(yes.written) : \(no.written))"
    case .call(let function, let all): "\(function.rawValue)(\(all.map(\.written).joined(separator: ", ")))"
    }
  }

  private static func written(_ value: JSON) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .array(let all): "[\(all.map(written).joined(separator: ", "))]"
    default: value.text()
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }

  /// Letters, digits and _, and hyphens between letters.
  private static func isName(_ key: String) -> Bool {
    guard let read = try? Expression(parsing: "steps." + key) else { return false }
    return read == .member(.name("steps"), key)
  }
}
