import Actions
import Base
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

/// What a message says of time, where the first reader alone would read less than was said, or something else.
@Suite struct FullerTimeTests {
  // Now is Saturday, 21 November 2026, 10:00 in Chennai.
  static let fractions: [Spoken] = [
    .init("1/2 tablet daily at 9 pm", "2026-11-21T21:00 FREQ=DAILY"),
    .init("daily at 9 pm 1/2 tablet", "2026-11-21T21:00 FREQ=DAILY"),
    .init("1/2 daily at 9 pm", "2026-11-21T21:00 FREQ=DAILY"), .init("3/4 cup milk at 9 pm", "2026-11-21T21:00"),
    .init("2/3 of the work by tomorrow 5 pm", "2026-11-22T17:00"), .init("in 1/2 hour", "2026-11-21T10:30 PT30M"),
    .init(
      "dolo 1/2 tablet at 8 am and 8 pm for 5 days",
      "2026-11-21T20:00 FREQ=DAILY;COUNT=10;BYMINUTE=0;BYHOUR=8,20"),
    .init("1/2 गोली रात 9 बजे", "2026-11-21T21:00", .hindi), .init("raat 9 baje 1/2 goli", "2026-11-21T21:00", .hindiLatin),
    .init("தினமும் இரவு 9 மணிக்கு 1/2 மாத்திரை", "2026-11-21T21:00 FREQ=DAILY", .tamil),
    .init("dhinamum night 9 manikku 1/2 maathirai", "2026-11-21T21:00 FREQ=DAILY", .tamilLatin),
    .init("pay rent on 1/2", "2027-02-01T09:00 day"), .init("5/12", "2026-12-05T09:00 day"),
    .init("every day from 1/2 at 9 am", "2027-02-01T09:00 FREQ=DAILY"),
  ]

  static let exceptions: [Spoken] =
    [
      "except sunday every day at 7 am", "every day except sunday at 7 am", "daily at 7 am except sunday",
    ].map { .init($0, sundaysOff) } + [
      .init("रविवार को छोड़कर रोज सुबह 7 बजे", sundaysOff, .hindi), .init("रोज रविवार छोड़कर सुबह 7 बजे", sundaysOff, .hindi),
      .init("sunday chhod ke roz subah 7 baje", sundaysOff, .hindiLatin),
      .init("ஞாயிறு தவிர தினமும் காலை 7 மணிக்கு", sundaysOff, .tamil),
      .init("தினமும் ஞாயிறு தவிர காலை 7 மணிக்கு", sundaysOff, .tamil),
      .init("sunday thavira dhinamum kaalai 7 manikku", sundaysOff, .tamilLatin),
      .init("thinamum sunday thavira kaalai 7 manikku", sundaysOff, .tamilLatin),
    ]
  private static let sundaysOff = "2026-11-23T07:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"

  static let hours: [Spoken] = [
    .init("இரவு பதினொரு மணிக்கு", "2026-11-21T23:00", .tamil),
    .init("night padhinoru manikku", "2026-11-21T23:00", .tamilLatin),
    .init("இரவு ஒன்பதே முக்கால் மணிக்கு", "2026-11-21T21:45", .tamil),
    .init("இரவு பத்தே கால் மணிக்கு", "2026-11-21T22:15", .tamil),
    .init("சாயங்காலம் ஐந்தே கால் மணிக்கு", "2026-11-21T17:15", .tamil),
    .init("saayangalam anjara manikku", "2026-11-21T17:30", .tamilLatin),
    .init("सुबह 6 बजकर 20 मिनट पर", "2026-11-22T06:20", .hindi), .init("आधी रात को", "2026-11-22T00:00", .hindi),
    .init("सवा घंटे बाद", "2026-11-21T11:15 PT1H15M", .hindi), .init("2pm EST tomorrow", "2026-11-23T00:30"),
    .init("tomorrow at 2 pm IST", "2026-11-22T14:00"),
    .init("at 0730 hrs", "2026-11-22T07:30"),
  ]

  static let days: [Spoken] = [
    .init("first monday of april at 9 am", "2027-04-05T09:00"),
    .init("हर महीने के पहले शनिवार को सुबह 9 बजे", "2026-12-05T09:00 FREQ=MONTHLY;BYDAY=1SA", .hindi),
    .init("हर महीने के आखिरी रविवार को सुबह 9 बजे", "2026-11-29T09:00 FREQ=MONTHLY;BYDAY=-1SU", .hindi),
    .init("अगले महीने के दूसरे शनिवार को सुबह 9 बजे", "2026-12-12T09:00", .hindi),
    .init("மாதத்தின் முதல் சனிக்கிழமை காலை 9 மணிக்கு", "2026-12-05T09:00 FREQ=MONTHLY;BYDAY=1SA", .tamil),
    .init("maasathula mudhal sani kizhamai kaalaila 9 manikku", "2026-12-05T09:00 FREQ=MONTHLY;BYDAY=1SA", .tamilLatin),
    .init("मंगल को सुबह 9 बजे", "2026-11-24T09:00", .hindi),
    .init("nalanniku kaalaila 9 manikku", "2026-11-23T09:00", .tamilLatin),
    .init("மார்ச் மூணாம் தேதி காலை 9 மணிக்கு", "2027-03-03T09:00", .tamil),
    .init("this coming saturday at 9 am", "2026-11-28T09:00"), .init("in a fortnight", "2026-12-05T09:00 day"),
  ]

  static let recurrences: [Spoken] = [
    .init("हर दूसरे बुधवार को सुबह 9 बजे", "2026-11-25T09:00 FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", .hindi),
    .init("हर तीसरे दिन सुबह 8 बजे", "2026-11-22T08:00 FREQ=DAILY;INTERVAL=3", .hindi),
    .init("तीन दिन में एक बार सुबह 8 बजे", "2026-11-22T08:00 FREQ=DAILY;INTERVAL=3", .hindi),
    .init("सोमवार से शुक्रवार रोज़ सुबह 9 बजे", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", .hindi),
    .init("mon se fri roz 9 baje", "2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", .hindiLatin),
    .init("on weekends at 8 am", "2026-11-22T08:00 FREQ=WEEKLY;BYDAY=SA,SU"),
    .init("நாள்தோறும் மாலை 5 மணிக்கு", "2026-11-21T17:00 FREQ=DAILY", .tamil),
    .init("ரெண்டு நாளைக்கு ஒரு தடவை காலை 9 மணிக்கு", "2026-11-22T09:00 FREQ=DAILY;INTERVAL=2", .tamil),
    .init("every day at 9 pm until march", "2026-11-21T21:00 FREQ=DAILY;UNTIL=20270331T235959"),
    .init("nightly at 10", "2026-11-21T22:00 FREQ=DAILY"),
    .init("8 am and 8 pm daily", "2026-11-21T20:00 FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20"),
  ]

  @Test("reads all that was said", arguments: fractions + exceptions + hours + days + recurrences)
  func reads(_ spoken: Spoken) async throws {
    let engine = try await Engine.shared()
    let request = Engine.request(spoken.text, languages: [spoken.language])
    #expect(TimeReadingTests.spell(engine.read(spoken.text, as: .when, request)) == spoken.wanted)
  }

  /// Sentences through both readers: of most the first says all there is to say.
  @Test(
    "the grammar is taken where it is fuller, and only there",
    arguments: [
      ("tomorrow at 5", Language.english, false), ("every monday and thursday at 9", .english, false),
      ("next friday", .english, false), ("in 20 minutes", .english, false), ("the 24th at 7 pm", .english, false),
      ("after dinner", .english, false), ("daily except sunday at 9 am", .english, false),
      ("kal subah 8 baje", .hindiLatin, false), ("naalaikku 4.30 ku", .tamilLatin, false),
      ("on weekends at 8 am", .english, true), ("first monday of april at 9 am", .english, true),
      ("every day at 9 pm until march", .english, true), ("nightly at 10", .english, true),
      ("2pm EST tomorrow", .english, true), ("हर तीसरे दिन सुबह 8 बजे", .hindi, true), ("आधी रात को", .hindi, true),
      ("ரெண்டு நாளைக்கு ஒரு தடவை காலை 9 மணிக்கு", .tamil, false),
    ])
  func both(_ text: String, _ language: Language, _ isFuller: Bool) throws {
    let brain = Brain(lexiconsOf: try IntentLibrary(folder: Engine.folder))
    let now = Engine.chennai.instant(of: try #require(CivilDateTime("2026-11-21T10:00:00")))
    let reading = Reading(
      Sentence(text), language, brain, preferred: [language], names: [], zone: Engine.chennai)
    var draft = reading.times.drafts.first
    for other in reading.times.drafts.dropFirst() { draft = draft?.joined(with: other) ?? draft }
    let first = draft.flatMap { draft in
      TimeResolver(now: now, zone: Engine.chennai).resolve(draft).map { ($0.value, $0.alternatives, draft.tokens) }
    }
    let fuller = FullerTime(brain: brain, language: language, now: now, zone: Engine.chennai)
    let found = fuller.find(in: reading.sentence, beyond: first)
    let both =
      "\(TimeReadingTests.spell(first.map { .when($0.0) })) and \(TimeReadingTests.spell(found.map { .when($0.when) }))"
    #expect((found != nil) == isFuller, "\(text): \(both)")
  }

  @Test(
    "the words of a time are no part of what is to be done",
    arguments: [
      ("remind me on the first monday of april at 9 am to pay the fees", Language.english, "pay the fees"),
      ("remind me on weekends at 8 am to water the plants", .english, "water the plants"),
      ("remind me every day at 9 pm until march to lock the door", .english, "lock the door"),
      ("remind me daily at 9 pm to take 1/2 tablet", .english, "take 1/2 tablet"),
    ])
  func titles(_ text: String, _ language: Language, _ title: String) async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request(text, languages: [language]))
    let found = understood.entities.compactMap { entity -> String? in
      if case .text(let text) = entity.value { text } else { nil }
    }
    #expect(found == [title])
  }

  @Test("half a tablet is how much is taken")
  func dose() async throws {
    let engine = try await Engine.shared()
    let understood = engine.understandNow(Engine.request("add medicine Ecosprin 1/2 tablet daily at 9 pm"))
    #expect(understood.slots["dose"] == .text("1/2 tablet"))
    #expect(understood.slots["name"] == .text("Ecosprin"))
    #expect(TimeReadingTests.spell(understood.slots["schedule"]) == "2026-11-21T21:00 FREQ=DAILY")
  }
}
