import Formats

/// Makes an action from arguments: the registered prototype's parameters are copied and filled.
///
/// The only way an action is made, so optionals may be absent and defaults hold at every door.
enum ActionDecoder {
  static func decode<A: Action>(
    _ type: A.Type, _ arguments: JSONObject, _ boxes: [String: any ParameterBox],
    _ specifications: [String: ParameterSpecification], _ reading: ArgumentReading
  ) throws -> A {
    try A(from: Source(arguments: arguments, boxes: boxes, specifications: specifications, reading: reading))
  }

  private struct Source: Decoder {
    let arguments: JSONObject
    let boxes: [String: any ParameterBox]
    let specifications: [String: ParameterSpecification]
    let reading: ArgumentReading
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
      KeyedDecodingContainer(Fields<Key>(source: self))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Self.misuse }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Self.misuse }

    static var misuse: DecodingError {
      .dataCorrupted(.init(codingPath: [], debugDescription: "every stored property of an action is a @Parameter"))
    }
  }

  private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: Source
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { source.boxes.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { source.boxes[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      guard let box = source.boxes[key.stringValue], let specification = source.specifications[key.stringValue]
      else { throw Source.misuse }
      let json = source.arguments[specification.name]
      let filled: any ParameterBox
      if let json, json != .null {
        filled = try box.filled(json, specification, source.reading)
      } else if specification.isRequired {
        throw MissingParameter(name: specification.name)
      } else {
        filled = box
      }
      guard let value = filled as? T else { throw Source.misuse }
      return value
    }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { throw Source.misuse }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Source.misuse }
    func superDecoder() throws -> any Decoder { throw Source.misuse }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Source.misuse }
  }
}

/// A required parameter was left out; the conversation asks for it, other doors answer with its name.
package struct MissingParameter: Error, Sendable {
  package let name: String
  package init(name: String) { self.name = name }
}
