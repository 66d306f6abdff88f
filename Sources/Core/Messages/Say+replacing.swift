import Formats

extension Say {
  /// With every such text replaced in all its texts.
  package func replacing(_ pairs: [(String, String)]) -> Say {
    var copy = self
    copy.values = values.mapValues { $0.replacing(pairs) }
    copy.lines = lines.map { $0.replacing(pairs) }
    return copy
  }
}

extension Say.Value {
  /// With every such text replaced in all its texts.
  package func replacing(_ pairs: [(String, String)]) -> Say.Value {
    switch self {
    case .text(let text): .text(text.replacing(pairs))
    case .term(let text): .term(text.replacing(pairs))
    case .worded(let text, let others): .worded(text.replacing(pairs), others.mapValues { $0.replacing(pairs) })
    case .list(let all): .list(all.map { $0.replacing(pairs) })
    case .say(let say): .say(say.replacing(pairs))
    default: self
    }
  }
}
