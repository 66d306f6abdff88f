import Base
import Formats
import People
import Testing

@Suite("Personas as files")
struct PersonaTests {
  private func persona(_ more: String) throws -> Persona {
    try Persona(YAML.parse("name: shop\nactions: [calendar.*]\n" + more, file: "shop.yaml"))
  }

  @Test("say what they do for what they may not do")
  func insteads() throws {
    let persona = try persona("instead: {day.show: calendar.agenda}")
    #expect(persona.insteads == ["day.show": "calendar.agenda"])
    #expect(try self.persona("").insteads.isEmpty)
  }

  @Test(
    "with what is no action there are a mistake, with its place",
    arguments: ["{day: calendar.agenda}", "{day.show: x}"])
  func mistakes(_ instead: String) throws {
    let error = #expect(throws: DataFileError.self) { try persona("instead: " + instead) }
    #expect(error?.sentence.contains("shop.yaml, line 3: an action's name such as day.show was expected") == true)
  }
}
