import Actions
import Base
import Formats
import Messages
import Store
import Time

/// A business or a place of a tenant's directory.
struct Listing: Sendable, Hashable {
  var number: Int64 = 0
  var id = ""
  var name = ""
  var category = ""
  var address = ""
  var phone = ""
  var website = ""
  var hours = ""
  /// IANA name of the clock on its wall.
  var zone = ""
  var place: Coordinate?
  var stars: Double?
  var reviews: Int64 = 0

  static let columns = """
    l.number, l.id, l.name, l.category, l.address, l.phone, l.website, l.hours, l.zone, l.lat, l.lon,
    (SELECT avg(r.stars) FROM listing_reviews r WHERE r.tenant = :tenant AND r.listing = l.id),
    (SELECT count(*) FROM listing_reviews r WHERE r.tenant = :tenant AND r.listing = l.id)
    """

  init() {}

  init(_ row: Row) {
    number = row.int(0)
    id = row.text(1)
    name = row.text(2)
    category = row.text(3)
    address = row.text(4)
    phone = row.text(5)
    website = row.text(6)
    hours = row.text(7)
    zone = row.text(8)
    if let latitude = row.optionalDouble(9), let longitude = row.optionalDouble(10) {
      place = Coordinate(latitude: latitude, longitude: longitude)
    }
    stars = row.optionalDouble(11)
    reviews = row.int(12)
  }

  /// The last step of a category path.
  var shortCategory: String {
    category.split(separator: " > ").last.map(String.init) ?? category
  }

  /// Its own clock; the reader's when the listing names none.
  func clock(_ fallback: Zone) -> Zone { zone.isEmpty ? fallback : (try? Zone.named(zone)) ?? fallback }

  /// Whether it is open at a moment; `nil` when its hours are not known or not readable.
  func isOpen(_ now: Instant, _ fallback: Zone) -> Bool? {
    guard !hours.isEmpty, let parsed = try? OpeningHours.parse(hours) else { return nil }
    return parsed.isOpen(at: clock(fallback).civil(now))
  }

  /// “open until 9 pm”, “closed, opens Monday at 9 am”; `nil` when the hours are not known.
  func openness(_ now: Instant, _ fallback: Zone) -> Say? {
    guard !hours.isEmpty else { return nil }
    guard let parsed = try? OpeningHours.parse(hours) else {
      return Say("listing.hours_as_written", ["hours": .text(hours)])
    }
    let local = clock(fallback).civil(now)
    let next = parsed.nextChange(after: local)
    var values: [String: Say.Value] = [:]
    if let next {
      values["time"] = .time(next.time)
      if next.date != local.date { values["day"] = .date(next.date) }
    }
    if let comment = parsed.comment(at: local) { values["comment"] = .text(comment) }
    switch parsed.state(at: local) {
    case .open where next == nil: return Say("listing.always_open", values)
    case .open: return Say("listing.open_until", values)
    case .unknown: return Say("listing.open_unknown", values)
    case .closed where next == nil: return Say("listing.closed_for_good", values)
    case .closed: return Say("listing.closed_until", values)
    }
  }

  /// What is said of another day, or of another moment: "Tuesday: 7:00 am – 11:00 am". `nil` when it is about now.
  func openness(at when: WhenValue, _ now: Instant, _ fallback: Zone) -> Say? {
    guard let parsed = try? OpeningHours.parse(hours) else { return nil }
    let clock = clock(fallback)
    let moment = when.instant(in: clock, now: now)
    guard !(when.isTimeGiven && !when.repeats && abs((moment - now).seconds) < 120) else { return nil }
    // of what comes every week, the next such day
    let local = clock.civil(moment)
    // of today the hour that comes next says more
    guard when.isTimeGiven || local.date != clock.date(now) else { return nil }
    let spans = parsed.spans(on: local.date)
    var values: [String: Say.Value] = ["day": .date(local.date)]
    if !spans.isEmpty {
      values["hours"] = .list(
        spans.map { span in
          .say(
            Say(
              "listing.hours_span",
              [
                "from": .time(CivilTime(secondOfDay: span.start * 60)),
                "to": .time(CivilTime(secondOfDay: span.end % 1_440 * 60)),
              ]))
        })
    }
    let isWhole = spans.first.map { $0.start == 0 && $0.end >= 1_440 } ?? false
    // "tonight" and "in the morning" are parts of a day: its hours say more than a moment that nobody named
    guard when.isTimeGiven, when.grain != .day else {
      return Say(isWhole ? "listing.open_all_day" : spans.isEmpty ? "listing.closed_on" : "listing.hours_on", values)
    }
    values["time"] = .time(local.time)
    return Say(parsed.isOpen(at: local) ? "listing.open_at" : "listing.closed_at", values)
  }

  func json(distance: Double?, now: Instant, zone: Zone) -> JSON {
    [
      "id": .string(id), "name": .string(name), "category": .string(category), "address": .string(address),
      "phone": .string(phone), "website": .string(website), "opening_hours": .string(hours),
      "lat": JSON(place?.latitude), "lon": JSON(place?.longitude), "distance_m": JSON(distance.map { $0.rounded() }),
      "open": JSON(isOpen(now, zone)), "stars": JSON(stars), "reviews": .integer(reviews),
    ]
  }
}
