import Base

/// One reply text, read once: words, `{value}`, `{count|# day|# days}` and `[[ optional part with {value}]]`.
///
/// An optional part is left out when a value inside it is missing; a missing value elsewhere is shown as nothing.
package struct ReplyTemplate: Sendable {
  indirect enum Piece: Sendable {
    case text(String)
    case value(String)
    case plural(String, one: String, other: String)
    case optional([Piece])
  }
  let pieces: [Piece]

  /// The names of all values that it shows.
  package var names: Set<String> { Self.names(pieces) }

  private static func names(_ pieces: [Piece]) -> Set<String> {
    var names: Set<String> = []
    for piece in pieces {
      switch piece {
      case .text: break
      case .value(let name), .plural(let name, _, _): names.insert(name)
      case .optional(let inner): names.formUnion(Self.names(inner))
      }
    }
    return names
  }

  /// - Throws: a sentence that says which brace is not closed.
  package init(_ source: String) throws {
    var scalars = Array(source.unicodeScalars)[...]
    pieces = try Self.read(&scalars, isInner: false)
  }

  private static func read(_ scalars: inout ArraySlice<Unicode.Scalar>, isInner: Bool) throws -> [Piece] {
    var pieces: [Piece] = []
    var text = String.UnicodeScalarView()
    func flush() {
      if !text.isEmpty { pieces.append(.text(String(text))) }
      text = String.UnicodeScalarView()
    }
    while let scalar = scalars.popFirst() {
      if scalar == "[", scalars.first == "[" {
        guard !isInner else { throw Mistake("an optional part [[ … ]] may not hold another one") }
        scalars.removeFirst()
        flush()
        pieces.append(.optional(try read(&scalars, isInner: true)))
      } else if scalar == "]", scalars.first == "]", isInner {
        scalars.removeFirst()
        flush()
        return pieces
      } else if scalar == "{" {
        guard let end = scalars.firstIndex(of: "}") else { throw Mistake("a { is not closed by }") }
        let inside = String(String.UnicodeScalarView(scalars[..<end]))
        scalars = scalars[(end + 1)...]
        flush()
        let parts = inside.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: pieces.append(.value(parts[0]))
        case 3: pieces.append(.plural(parts[0], one: parts[1], other: parts[2]))
        default: throw Mistake("{\(inside)} should be {value} or {count|# one|# many}")
        }
      } else {
        text.append(scalar)
      }
    }
    if isInner { throw Mistake("an optional part [[ is not closed by ]]") }
    flush()
    return pieces
  }

  struct Mistake: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// Puts the values in. `show` gives a value's markup, or `nil` when there is none; `count` its number.
  func fill(show: (String) -> String?, count: (String) -> Int64?) -> String {
    var out = ""
    _ = Self.fill(pieces, into: &out, show: show, count: count)
    return out
  }

  /// - Returns: false when a value was missing.
  private static func fill(
    _ pieces: [Piece], into out: inout String, show: (String) -> String?, count: (String) -> Int64?
  ) -> Bool {
    var isWhole = true
    for piece in pieces {
      switch piece {
      case .text(let text): out += text
      case .value(let name):
        if let shown = show(name), !shown.isEmpty { out += shown } else { isWhole = false }
      case .plural(let name, let one, let other):
        guard let number = count(name) else {
          isWhole = false
          continue
        }
        let form = number == 1 ? one : other
        out += form.replacing("#", with: show(name) ?? String(number))
      case .optional(let inner):
        var part = ""
        if fill(inner, into: &part, show: show, count: count) { out += part }
      }
    }
    return isWhole
  }
}
