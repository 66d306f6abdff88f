package import Base
package import Text
package import Time

/// Somebody the house knows. One persona answers a person within a tenant.
package struct Person: Sendable, Hashable, Identifiable {
  package let id: PersonID
  package let tenant: TenantID
  package var name: String
  /// The persona that answers: founder, elder, client, energy.
  package var persona: String
  package var language: Language
  package var zone: Zone
  /// ISO 3166-1 alpha-2; picks the currency, and the emergency number where the zone does not.
  package var country: String
  /// Owners approve pairings and see the house's state.
  package var isOwner: Bool
  /// Hash of the words that call for help in silence.
  package var silentPhrase: String?

  package init(
    id: PersonID, tenant: TenantID, name: String, persona: String, language: Language, zone: Zone,
    country: String = "IN", isOwner: Bool = false
  ) {
    self.id = id
    self.tenant = tenant
    self.name = name
    self.persona = persona
    self.language = language
    self.zone = zone
    self.country = country
    self.isOwner = isOwner
  }

  /// ISO 4217 of the person's country, for amounts said without one.
  package var currency: String {
    switch country {
    case "IN": "INR"
    case "US": "USD"
    case "GB": "GBP"
    case "JP": "JPY"
    case "SG": "SGD"
    case "AE": "AED"
    case "AU": "AUD"
    case "NZ": "NZD"
    case "DE", "FR", "ES", "IT", "NL", "AT", "BE", "IE", "FI", "PT": "EUR"
    default: "USD"
    }
  }
}

/// A family link: the relative looks after the elder, with rights that the elder grants.
package struct FamilyLink: Sendable, Hashable {
  package enum Right: String, Sendable, CaseIterable, Hashable {
    /// Is called for help, and hears when a daily question is not answered.
    case alerts
    /// Sees medicines and doses.
    case medicines
    /// Notes doses and changes medicines in the elder's place.
    case log
    /// Sees where the elder is; besides, the elder is asked (`Care`).
    case location
    /// Sees and writes appointments and reminders.
    case calendar
    /// Reads and writes the notes that relatives make for each other.
    case notes
  }
  package let elder: PersonID
  package let relative: PersonID
  /// What the relative calls the elder ("Amma"); empty when only the name is used.
  package var called: String
  package var rights: Set<Right>

  package init(elder: PersonID, relative: PersonID, called: String = "", rights: Set<Right> = Set(Right.allCases)) {
    self.elder = elder
    self.relative = relative
    self.called = called
    self.rights = rights
  }
}

/// What went wrong with people, codes or tokens, as a sentence to act on.
package struct PeopleError: SpeakingError {
  package let code: String
  package let sentence: String
  package let field: String?
  package init(_ code: String, _ sentence: String, field: String? = nil) {
    self.code = "people.\(code)"
    self.sentence = sentence
    self.field = field
  }
}
