package import Formats
import Time

/// The numbers to dial in an emergency, by country (`Personas/numbers/emergency.yaml`). The house never claims to have
/// called one.
package struct EmergencyNumbers: Sendable {
  package struct Numbers: Sendable, Hashable {
    package var emergency = "112"
    /// Where it is another one.
    package var ambulance: String?
  }

  private var countries: [String: Numbers] = [:]
  private var zones: [String: String] = [:]

  package init() {}

  package init(_ node: YAMLNode) throws {
    for (key, value) in try node.mapping(expecting: "countries") {
      let country = try key.string(expecting: "a country such as IN")
      try value.onlyKeys(["emergency", "ambulance", "zones"])
      countries[country] = Numbers(
        emergency: try value.required("emergency").string(expecting: "a number in quotes"),
        ambulance: try value["ambulance"]?.string(expecting: "a number in quotes"))
      for zone in try value["zones"]?.strings(expecting: "time zones") ?? [] { zones[zone] = country }
    }
  }

  /// Of where the person is now: the time zone knows it sooner than the country that was once noted.
  package func numbers(for person: Person) -> Numbers {
    zones[person.zone.identifier].flatMap { countries[$0] } ?? countries[person.country] ?? Numbers()
  }
}
