package import Actions
import Base
import Events
import Formats
import People
import Schedule
import Store

/// The elder's day: medicines, appointments, where they are, and help when they call for it.
package enum Care {
  package static let room = Room(
    name: "care", migrations: migrations,
    actions: [
      AddMedicine.self, ChangeMedicine.self, RestoreMedicine.self, LimitMedicine.self, KeepGap.self,
      WaitForMedicine.self,
      ListMedicines.self, NextMedicine.self, CheckMedicine.self, StopMedicine.self,
      ResumeMedicine.self, MedicineTaken.self, SkipMedicine.self, SnoozeMedicine.self, ReopenDose.self,
      CorrectDose.self, MedicineBought.self, CountMedicine.self, ShowStock.self, MayTakeMedicine.self,
      NoteLeaflet.self, ReadLeaflet.self, ShowWeek.self, ExportMedicines.self, SetMeal.self, ShowMeals.self,
      AddAppointment.self, PrepareAppointment.self, MoveAppointment.self,
      ListAppointments.self, CancelAppointment.self, RestoreAppointment.self, SetCheckIn.self, StopCheckIn.self,
      AnswerCheckIn.self, ShowCheckIn.self, AddBirthday.self, ListBirthdays.self, RemoveBirthday.self, CareStatus.self,
      ShowDay.self, SayWell.self, SayUnwell.self, RaiseAlert.self, AskWhetherHelp.self, DeclineHelp.self,
      AcknowledgeAlert.self, ResolveAlert.self, CancelAlert.self, TestAlert.self, EmergencyStatus.self, ShowLadder.self,
      SetLadder.self, AddLevel.self,
      ShowLocation.self, TrackCare.self, ShowFamily.self, ShowRights.self, GrantRight.self, RevokeRight.self,
      RestoreRights.self, TellFamily.self, AskForCall.self, AddNote.self, RemoveNote.self, ListNotes.self,
      SetWeekly.self, StopWeekly.self, ShowSummary.self,
      AnswerConsent.self, ShowViews.self, SetPlace.self, RemovePlace.self, ListPlaces.self,
      WatchPlace.self, WatchSilence.self, SetSilentPhrase.self, AddMeasure.self, RemoveMeasure.self, ListMeasures.self,
    ],
    reactions: [
      Reaction(to: "location.shared", SharedLocation.hear), Reaction(to: "times.move", MovedMedicines.move),
      Reaction(to: "memory.day_corrected", Birthday.correct),
      Reaction(to: "zones.changed", MovedMedicines.replan), Reaction(to: "zones.changed", Appointments.replan),
    ],
    dueHandlers: [
      DueHandler(doseKind, DoseFiring.handle), DueHandler(alertKind, AlertStep.handle),
      DueHandler(appointmentKind, Appointments.handle), DueHandler(checkInKind, CheckInFiring.handle),
      DueHandler(birthdayKind, Birthday.handle), DueHandler(summaryKind, FamilySummary.handle),
      DueHandler(silenceKind, LocationWatch.handle), DueHandler(perhapsKind, PerhapsCall.handle),
    ],
    lists: [
      EntityList("medicines", noun: "medicine", wakes: ["medicine.", "meal.", "measure."], tables: ["medicines"]) {
        person, reader in
        try Medicine.active(for: person, reader).map { .init(id: $0.id, name: $0.name) }
      },
      EntityList("appointments", tables: ["appointments"]) { person, reader in
        try Appointment.coming(for: person, after: reader.now, reader).map { .init(id: $0.id, name: $0.title) }
      },
    ],
    deeds: CareDeeds.all,
    forget: { person, transaction in
      // by their ids alone: a row that cannot be read any more must go as well
      func ids(_ table: String) throws -> [String] {
        try transaction.query("SELECT id FROM \(table) WHERE tenant = :tenant AND person = ?", person) { $0.text(0) }
      }
      for medicine in try ids("medicines") { try DoseFiring.unscheduleAll(medicine, transaction) }
      for appointment in try ids("appointments") {
        try transaction.unschedule(appointmentKind, subject: appointment)
      }
      for alert in try ids("alerts") { try transaction.unschedule(alertKind, subject: alert) }
      var gone = 0
      let tables = [
        "dose_entries", "doses", "medicines", "meal_times", "appointments", "checkin_days", "checkins", "birthdays",
        "locations", "care_events", "alerts", "ladders", "family_notes", "family_summaries",
        "location_consents", "location_views", "places", "place_watchers", "location_signals", "measures",
      ]
      for table in tables {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
      }
      gone += try transaction.execute("DELETE FROM alert_steps WHERE tenant = :tenant AND person = ?", person)
      gone += try transaction.execute("DELETE FROM family_notes WHERE tenant = :tenant AND author = ?", person)
      for (table, column) in [
        ("family_summaries", "relative"), ("location_consents", "relative"), ("location_views", "viewer"),
        ("place_watchers", "relative"),
      ] {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND \(column) = ?", person)
      }
      // in what is kept for others, who did it is no longer named
      try transaction.execute("UPDATE dose_entries SET who = NULL WHERE tenant = :tenant AND who = ?", person)
      try transaction.execute("UPDATE birthdays SET subject = NULL WHERE tenant = :tenant AND subject = ?", person)
      try transaction.execute("UPDATE doses SET settled_by = NULL WHERE tenant = :tenant AND settled_by = ?", person)
      try transaction.execute("UPDATE alerts SET taken_by = NULL WHERE tenant = :tenant AND taken_by = ?", person)
      try transaction.execute("UPDATE alert_steps SET who = NULL WHERE tenant = :tenant AND who = ?", person)
      for table in ["alerts", "ladders"] {
        try transaction.execute(
          "UPDATE \(table) SET ladder = replace(ladder, ?, '') WHERE tenant = :tenant", person.text)
      }
      // a column that must name somebody names whom it is about
      let named = [
        ("medicines", "creator"), ("appointments", "creator"), ("checkins", "creator"), ("care_events", "reported_by"),
        ("ladders", "set_by"), ("measures", "noted_by"),
      ]
      for (table, column) in named {
        try transaction.execute(
          "UPDATE \(table) SET \(column) = person WHERE tenant = :tenant AND \(column) = ?", person)
      }
      return gone
    },
    mentions: CareMentions.all,
    export: { person, reader in
      [
        "medicines": .array(
          try Medicine.all(for: person, reader).map { medicine in
            var json = medicine.json
            json["doses"] = .array(
              try Dose.all(of: medicine.id, reader).map { dose in
                var json = dose.json
                json["entries"] = .array(try DoseEntry.all(of: dose.id, reader).map(\.json))
                return json
              })
            return json
          }),
        "meals": try MealTimes.of(person, reader).json,
        "appointments": .array(try Appointment.all(for: person, reader).map(\.json)),
        "checkin": try CheckIn.find(person, reader)?.json ?? .null,
        "checkin_days": .array(try CheckInDay.last(10_000, of: person, reader).map(\.json)),
        "measures": .array(try Measure.of(person, until: reader.now + .days(1), reader).map(\.json)),
        "birthdays": .array(try Birthday.all(of: person, reader).map(\.json)),
        "locations": .array(try Location.all(for: person, reader).map(\.json)),
        "places": .array(try Place.all(of: person, reader).map(\.json)),
        "consents": .array(try LocationConsent.all(of: person, reader)),
        "views": .array(
          try LocationView.all(of: person, reader, limit: 10_000).map {
            ["by": .string($0.viewer.text), "reason": .string($0.reason.rawValue), "at": .string($0.at.description)]
          }),
        "events": .array(try CareEvent.all(for: person, reader)),
        "notes": .array(try FamilyNote.all(about: person, reader).map { $0.json() }),
        "ladder": try Ladders.stored(for: person, reader)?.json ?? .null,
        "alerts": .array(
          try Alert.all(for: person, reader).map { alert in
            var json = alert.json
            json["steps"] = .array(try Alert.steps(of: alert.id, reader))
            return json
          }),
      ]
    })

  static let doseKind = "care.dose"
  static let alertKind = "care.alert"
  static let appointmentKind = "care.appointment"
  static let checkInKind = "care.checkin"
  static let birthdayKind = "care.birthday"
  static let summaryKind = "care.summary"
  static let silenceKind = "care.silence"
  static let perhapsKind = "care.perhaps_call"
}
