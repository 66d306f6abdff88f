import Actions
import Formats

// What expressions do with whole lists: each takes time and room bounded by the list's.
extension Expression.Function {
  /// The list in a value, as `items` gives it; with a name, what is no object in it stands under that name in one.
  static func items(_ value: JSON, named name: String?) -> [JSON] {
    let all = items(value)
    guard let name else { return all }
    return all.map { $0.object == nil ? .object([name: $0]) : $0 }
  }

  /// A member of a value; one below another is written with a point between.
  private static func field(_ value: JSON, _ path: String) -> JSON {
    let whole = value[path]
    guard whole.isNull, path.contains(".") else { return whole }
    return path.split(separator: ".").reduce(value) { $0[String($1)] }
  }

  func list(_ arguments: [JSON]) -> JSON {
    let first = arguments[0]
    let all = first.array ?? []
    func text(_ index: Int) -> String? { arguments.count > index ? arguments[index].string : nil }
    switch self {
    case .take:
      guard let count = arguments[1].int, count != .min else { return .null }
      return .array(Array(count < 0 ? all.suffix(-count) : all.prefix(count)))
    case .sort: return .array(Self.sorted(all, text(1), isDown: text(2) == "down"))
    case .unique:
      let keys = text(1)?.split(separator: ",").map { String($0).trimmed } ?? []
      var seen: Set<JSON> = []
      return .array(
        all.filter { one in
          seen.insert(keys.isEmpty ? one : .array(keys.map { Self.field(one, $0) })).inserted
        })
    case .rename:
      guard let old = text(1), let new = text(2) else { return .null }
      return first.array == nil ? Self.renamed(first, old, new) : .array(all.map { Self.renamed($0, old, new) })
    default: return .null
    }
  }

  private static func renamed(_ value: JSON, _ old: String, _ new: String) -> JSON {
    guard let object = value.object, object[old] != nil, old != new else { return value }
    return .object(JSONObject(object.members.filter { $0.key != new }.map { ($0.key == old ? new : $0.key, $0.value) }))
  }

  /// Numbers in their order, texts in that of their small letters; what can be put in none comes last.
  private static func sorted(_ all: [JSON], _ key: String?, isDown: Bool) -> [JSON] {
    let keyed = all.enumerated().map { index, one -> (index: Int, key: JSON, value: JSON) in
      let found = key.map { field(one, $0) } ?? one
      return (index, found.string.map { .string($0.lowercased()) } ?? found, one)
    }
    func rank(_ json: JSON) -> Int { json.double != nil ? 0 : json.string != nil ? 1 : 2 }
    return keyed.sorted { a, b in
      let (first, second) = (rank(a.key), rank(b.key))
      if first != second { return first < second }
      guard let order = Expression.order(a.key, b.key), order != 0 else { return a.index < b.index }
      return isDown ? order > 0 : order < 0
    }.map(\.value)
  }
}
