import Base
import RoomTesting
import Time

extension Plan {
  /// A year of a family: medicines come, change their course and go, she answers, puts off or does not, and now and then
  /// the house is away for seconds, hours or days.
  init(yearOf seed: UInt64, days: Int = 365) {
    let random = SeededRandom(seed: seed &* 31 &+ 7)
    let (minute, day): (Int64, Int64) = (60_000_000, 86_400_000_000)
    let start = Instant(iso8601: "2026-01-\(10 + random.below(20))T00:30:00Z") ?? .epoch
    let zone = (try? Zone.named(Cast.members[Cast.elder].zone)) ?? .utc
    let end = day * Int64(days)
    // the last days are calm: whatever is open comes to its end
    let span = end - 3 * day
    var id = 0
    var elder: [Update] = []
    func add(_ kind: Update.Kind, at: Int64, _ text: (String) -> String) -> String {
      id += 1
      let token = "H\(10_000 + id)"
      elder.append(Update(id: id, member: Cast.elder, kind: kind, token: token, at: at, text: text(token)))
      return token
    }
    let first = 3 + random.below(3)
    for number in 0..<(first + days / 30) {
      let from = number < first ? Int64(number) * minute : Int64(random.below(Int(span / day))) * day + 7 * 60 * minute
      let date = zone.date(start + .microseconds(from))
      let time = "\(["07", "08", "13", "20", "21"][random.below(5)]):\(["00", "30", "45"][random.below(3)])"
      let rule = ["FREQ=DAILY", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY;INTERVAL=2"][random.below(4)]
      let name = add(.medicine(rule), at: from) {
        "medicine.add name=\($0) schedule=\(date)T\(time):00 rule=\(rule)"
      }
      guard random.below(3) > 0 else { continue }
      let until = from + day * Int64(5 + random.below(90))
      if until < span { _ = add(.stop(name), at: until + 3 * 60 * minute) { _ in "medicine.stop medicine=\(name)" } }
    }
    // she taps what stands under the last question: taken, later or left out, twice in a while, or is silent for days
    var at = day / 2
    while at < span {
      let button = random.below(10) < 7 ? 0 : random.below(3)
      _ = add(.dose(button), at: at) { _ in "thanks" }
      if random.below(6) == 0 { _ = add(.dose(0), at: at + 1_000_000) { _ in "thanks" } }
      at += random.below(40) == 0 ? day * Int64(1 + random.below(4)) : minute * Int64(20 + random.below(500))
    }
    var troubles: [(at: Int64, what: Trouble)] = [(0, .weather(.init()))]
    for _ in 0..<(days / 12) {
      let down =
        switch random.below(10) {
        case ..<5: Int64(random.below(3_000_000))
        case ..<8: minute * Int64(1 + random.below(9 * 60))
        default: day / 2 * Int64(1 + random.below(6))
        }
      troubles.append((Int64(random.below(Int(span))), .crash(afterSteps: 1 + random.below(120), downFor: down)))
    }
    for _ in 0..<(days / 20) {
      var weather = SimulatedPlatform.Weather()
      (weather.serverErrors, weather.lostAnswers, weather.unreachableNetwork) = (
        random.below(300), random.below(150), random.below(200)
      )
      let from = Int64(random.below(Int(span)))
      troubles += [(from, .weather(weather)), (from + minute * Int64(1 + random.below(200)), .weather(.init()))]
    }
    troubles += [(span, .weather(.init())), (span, .store(nil))]
    self.init(
      seed: seed, start: start,
      updates: Cast.members.indices.map { $0 == Cast.elder ? elder.sorted { $0.at < $1.at } : [] },
      troubles: troubles.sorted { $0.at < $1.at }, calmAt: span, endAt: end)
  }
}
