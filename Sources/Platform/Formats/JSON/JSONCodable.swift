import Foundation

extension JSON: Codable {
  private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package init(from decoder: any Decoder) throws {
    if let keyed = try? decoder.container(keyedBy: MemberName.self) {
      let members = try keyed.allKeys.map {
        JSONObject.Member(key: $0.stringValue, value: try keyed.decode(JSON.self, forKey: $0))
      }
      self = .object(JSONObject(members: members.sorted { $0.key < $1.key }))
      return
    }
    if var list = try? decoder.unkeyedContainer() {
      var values: [JSON] = []
      while !list.isAtEnd { values.append(try list.decode(JSON.self)) }
      self = .array(values)
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? single.decode(Double.self) {
      self = .number(value)
    } else {
      self = .string(try single.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let object):
      var keyed = encoder.container(keyedBy: MemberName.self)
      for member in object { try keyed.encode(member.value, forKey: MemberName(stringValue: member.key)) }
    case .array(let values):
      var list = encoder.unkeyedContainer()
      for value in values { try list.encode(value) }
    default:
      var single = encoder.singleValueContainer()
      switch self {
      case .bool(let value): try single.encode(value)
      case .integer(let value): try single.encode(value)
      case .number(let value) where value.isFinite: try single.encode(value)
      case .string(let value): try single.encode(value)
      default: try single.encodeNil()
      }
    }
  }

  /// Goes through Foundation's encoder: fine for a message, too slow for meter files.
  package init(encoding value: some Encodable) throws {
    self = try JSON.parse([UInt8](try JSONEncoder().encode(value)))
  }

  package func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
    try JSONDecoder().decode(type, from: Data(bytes()))
  }
}

extension JSONObject: Codable {
  package init(from decoder: any Decoder) throws {
    guard let object = try JSON(from: decoder).object else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "an object is needed"))
    }
    self = object
  }
  package func encode(to encoder: any Encoder) throws { try JSON.object(self).encode(to: encoder) }
}
