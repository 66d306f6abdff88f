import Base
import Formats
package import Store

extension Transaction {
  /// Closes the buttons that ask what has been answered elsewhere: on a page, by somebody else, or by the clock.
  ///
  /// - Parameter arguments: those of the buttons' action by which they are known.
  package func retireButtons(of action: String, _ arguments: [(name: String, value: String)]) throws {
    let ids = try query(
      "SELECT id, arguments FROM buttons WHERE tenant = :tenant AND expires_at > ? AND action = ? AND used_at IS NULL",
      now, action
    ) { row in (id: row.text(0), arguments: row.text(1)) }
    for button in ids {
      guard let stored = try? JSON.parse(button.arguments),
        arguments.allSatisfy({ stored[$0.name].string == $0.value })
      else { continue }
      try execute("UPDATE buttons SET expires_at = ? WHERE tenant = :tenant AND id = ?", now, button.id)
    }
  }
}
