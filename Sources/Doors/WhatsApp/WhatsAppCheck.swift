package import Actions
import Formats
package import HTTP

/// Asks WhatsApp about the token and the number, for `doctor`. Changes nothing.
package struct WhatsAppCheck: Sendable {
  private let configuration: WhatsAppConfiguration
  private let api: WhatsAppAPI

  package init(configuration: WhatsAppConfiguration, transport: any HTTPTransport) {
    self.configuration = configuration
    api = WhatsAppAPI(configuration: configuration, transport: transport)
  }

  /// What WhatsApp says about the token and the number. Changes nothing.
  package func findings() async -> [Check.Finding] {
    switch await api.get("\(configuration.phoneNumberID)?fields=display_phone_number,verified_name,quality_rating") {
    case .done(let number):
      var findings: [Check.Finding] = [
        .fine("WhatsApp knows the token; the number is \(number["display_phone_number"].string ?? "known").")
      ]
      if number["quality_rating"].string == "RED" {
        findings.append(.advice("WhatsApp rates the number's quality as low: people blocked or reported it."))
      }
      if configuration.templates.isEmpty {
        findings.append(
          .advice(
            "No template is set: who has not written for a day gets nothing by WhatsApp. Have one approved, then name it in thinnai.yaml under whatsapp.templates.other."
          ))
      }
      return findings
    case .failed(let failure) where failure.status == 401 || failure.fault.meaning == .credentials:
      return [
        .wrong(
          "WhatsApp does not take the token (\(failure.fault.code)): it ended or lacks rights. Make one for a system user with whatsapp_business_messaging."
        )
      ]
    case .failed(let failure) where failure.fault.code == 100:
      return [
        .wrong("WhatsApp does not know the phone number id. It is in the app's API set-up, and not the number itself.")
      ]
    case .failed(let failure):
      return [.puzzling("WhatsApp", failure.fault.code, failure.fault.title)]
    case .notSent(let reason), .lost(let reason):
      return [.unreachable("WhatsApp", reason)]
    }
  }
}
