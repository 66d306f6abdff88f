extension JSON {
  /// With every such text replaced in all its texts.
  package func replacing(_ pairs: [(String, String)]) -> JSON {
    switch self {
    case .string(let text): .string(text.replacing(pairs))
    case .array(let all): .array(all.map { $0.replacing(pairs) })
    case .object(let object): .object(JSONObject(object.map { ($0.key, $0.value.replacing(pairs)) }))
    default: self
    }
  }
}

extension String {
  /// With every such text replaced, one after the other.
  package func replacing(_ pairs: [(String, String)]) -> String {
    pairs.reduce(self) { $0.replacing($1.0, with: $1.1) }
  }
}
