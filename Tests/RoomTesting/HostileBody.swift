package import Formats

/// Bodies that a webhook may get, each made of an honest one, and whether they may be taken.
package struct HostileBody: Sendable, CustomStringConvertible {
  package let description: String
  package let bytes: [UInt8]
  /// Else it is answered with 400, and nothing happens.
  package let isTaken: Bool

  /// - Parameter valid: JSON text of an object that begins with `{`.
  package static func all(of valid: [UInt8]) -> [HostileBody] {
    func bad(_ name: String, _ bytes: [UInt8]) -> HostileBody {
      HostileBody(description: name, bytes: bytes, isTaken: false)
    }
    func good(_ name: String, _ bytes: [UInt8]) -> HostileBody {
      HostileBody(description: name, bytes: bytes, isTaken: true)
    }
    /// The object with one more member at its start.
    func with(_ member: String) -> [UInt8] {
      Array("{".utf8) + Array(member.utf8) + Array(",".utf8) + valid.dropFirst()
    }
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    var bodies = [
      bad("nothing", []), bad("a space", [32]), bad("a NUL", [0]), bad("not JSON", Array("hello".utf8)),
      bad("an array", Array("[]".utf8)), bad("a text", Array("\"x\"".utf8)), bad("a number", Array("7".utf8)),
      bad("null", Array("null".utf8)), bad("byte-order mark", [0xEF, 0xBB, 0xBF] + valid),
      bad("two values", valid + valid), bad("trailing comma", valid + [0x2C]),
      bad("100,000 open brackets", Array(repeating: UInt8(ascii: "["), count: 100_000)),
      bad("100,000 open objects", Array(String(repeating: "{\"a\":", count: 100_000).utf8)),
      bad("deeply nested member", with("\"zz\":" + nested(5_000))),
      bad("bad UTF-8", Array("{\"zz\":\"".utf8) + [0xC3, 0x28] + Array("\",".utf8) + valid.dropFirst()),
      bad("overlong UTF-8", Array("{\"zz\":\"".utf8) + [0xC0, 0xAF] + Array("\",".utf8) + valid.dropFirst()),
      bad("half a surrogate pair", with(#""zz":"\ud83d""#)), bad("unknown escape", with(#""zz":"\x""#)),
      bad("a number too large", with(#""zz":1e999"#)), bad("a bare control", with("\"zz\":\"\u{1}\"")),
      good("odd spacing", Array("\r\n\t ".utf8) + valid + Array(" \n".utf8)),
      good("escapes", with(#""z\u007a":"\u0061\ud83d\ude00""#)), good("a NUL in a text", with(#""zz":"\u0000""#)),
      good("a member twice", with(#""zz":1,"zz":2"#)), good("a large number", with(#""zz":12345678901234567890123"#)),
    ]
    for end in stride(from: 1, to: valid.count - 1, by: max(1, valid.count / 40)) {
      bodies.append(bad("cut after \(end) bytes", Array(valid[..<end])))
    }
    return bodies
  }

  /// The value with each of its parts replaced by things of other types, and left out: one change each.
  package static func variants(of json: JSON) -> [JSON] {
    let others: [JSON] = [
      .null, true, 0, -1, 1.5, 1e300, .integer(.min), "", "x", "-12", "99999999999999999999999", "\u{0}", [], [[]],
      [.null],
      ["a": ["b": [1]]], [:],
    ]
    var variants = others
    switch json {
    case .object(let object):
      for (index, member) in object.members.enumerated() {
        var less = object
        less.members.remove(at: index)
        variants.append(.object(less))
        for value in Self.variants(of: member.value) {
          var changed = object
          changed.members[index].value = value
          variants.append(.object(changed))
        }
      }
    case .array(let values):
      for index in values.indices {
        for value in Self.variants(of: values[index]) {
          var changed = values
          changed[index] = value
          variants.append(.array(changed))
        }
      }
      variants.append(.array(values + values))
    default: break
    }
    return variants
  }
}
