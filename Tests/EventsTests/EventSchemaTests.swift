import Base
import Events
import Formats
import RoomTesting
import Store
import Testing

struct EventSchemaTests {
  private func schemas(_ yaml: String) throws -> EventSchemas { try EventSchemas([YAML.parse(yaml, file: "test")]) }

  @Test(
    "a payload must have its fields, of their types, and no others",
    arguments: [
      (#"{"dose": "d", "count": 2}"#, nil), (#"{"dose": "d"}"#, nil), (#"{"count": 2}"#, "dose is missing"),
      (#"{"dose": 1}"#, "dose is not of type text"), (#"{"dose": "d", "count": 1.5}"#, "count is not of type integer"),
      (#"{"dose": "d", "more": 1}"#, "more is not in its schema"), ("[]", "the payload is an object"),
    ])
  func fits(_ payload: String, _ misfit: String?) throws {
    let schemas = try schemas(
      """
      dose.taken: {summary: A dose was taken., fields: {dose: text, count: integer?}, example: {dose: d}}
      """)
    #expect(try schemas["dose.taken"]?.misfit(JSON.parse(payload)) == misfit.map { "dose.taken: " + $0 })
  }

  @Test(
    "a schema that cannot be right is refused with its line",
    arguments: [
      ("a.b: {fields: {}}", "summary"), ("a.b: {summary: s, fields: {x: word}}", "one of text"),
      ("a.b: {summary: s, personal: [x]}", "x is not a field"), ("a.b: {summary: s, key: x}", "person, tenant or"),
      ("a.b: {summary: s, fields: {x: text}, example: {x: 1}}", "an example that fits"),
      ("a.b: {summary: s}\na.b: {summary: s}", "a.b"),
    ])
  func refuses(_ yaml: String, _ expected: String) throws {
    let error = #expect(throws: DataFileError.self) { try schemas(yaml) }
    #expect(error?.sentence.contains(expected) == true, "\(error?.sentence ?? "")")
  }

  @Test("an emission that does not fit is an error in tests and does no harm in production", arguments: [true, false])
  func misfits(_ isStrict: Bool) async throws {
    let house = try await RoomHarness([])
    let schemas = try schemas("a.b: {summary: s, fields: {x: text}, example: {x: y}}")
    house.services.register(EventHub([], schemas: schemas, isStrict: isStrict))
    func emit() async throws { try await house.tenant().write { try $0.emit(Event("a.b", ["x": 1])) } }
    if isStrict {
      await #expect(throws: StoreError.self) { try await emit() }
    } else {
      try await emit()
    }
  }
}
