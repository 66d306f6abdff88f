/// Where the items of a list stand in a JSON file that is known to be whole.
package enum JSONItemLines {
  /// The line on which each item of a list begins.
  ///
  /// - Parameter name: of the member of the outer object that is the list; `nil` where the list is all of the file.
  package static func ofItems(_ bytes: [UInt8], named name: String?) -> [Int] {
    let member = name.map { Array($0.utf8) }
    let inside = member == nil ? 1 : 2
    var (line, depth, index) = (1, 0, 0)
    var lines: [Int] = []
    // the last string of the outer object, and whether the list is open
    var (key, isOpen, isNext) = ([UInt8](), member == nil, true)
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0x0A: line += 1
      case UInt8(ascii: "\""):
        let start = index + 1
        index = end(of: bytes, from: start)
        if depth == 1, member != nil { key = Array(bytes[start..<min(index, bytes.count)]) }
        isNext = note(&lines, line, isOpen && depth == inside && isNext, isNext)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        isNext = note(&lines, line, isOpen && depth == inside && isNext, isNext)
        depth += 1
        if depth == inside, byte == UInt8(ascii: "["), member.map({ $0 == key }) ?? true {
          (isOpen, isNext) = (true, true)
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth < inside { isOpen = member == nil && depth > 0 }
      case UInt8(ascii: ","): if depth == inside { isNext = true }
      case 0x20, 0x09, 0x0D: break
      default: isNext = note(&lines, line, isOpen && depth == inside && isNext, isNext)
      }
      index += 1
    }
    return lines
  }

  private static func note(_ lines: inout [Int], _ line: Int, _ isItem: Bool, _ isNext: Bool) -> Bool {
    guard isItem else { return isNext }
    lines.append(line)
    return false
  }

  private static func end(of bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return index
  }
}
