import Base
import Embedding
import Foundation
import RoomTesting
import Testing
@testable import Workflows

/// What the program ships is placed once and read from disk from then on.
@Suite struct MeaningPointsTests {
  private static let models = EncoderFiles.find(
    share: RoomHarness.share, home: nil, environment: ProcessInfo.processInfo.environment)

  private static let shipped = ["Lists tasks.", "Reminds someone at a time."]

  @Test func withoutAnEncoderThereAreNone() {
    let points = MeaningPoints(LazyEncoder(folder: nil), shipped: Self.shipped, folder: nil)
    #expect(points.rows(Self.shipped) == nil)
    #expect(points.row("hello") == nil)
  }

  @Test(.enabled(if: models != nil, "the encoder is not here")) func whatIsShippedIsKeptAndNothingElse() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("points-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = MeaningPoints(LazyEncoder(folder: Self.models), shipped: Self.shipped, folder: folder)
    first.prepare()
    let mine = try #require(first.rows(Self.shipped + ["My own secret plan."]))
    #expect(mine.count == 3)
    // another run of the program, which never loads the encoder
    let second = MeaningPoints(LazyEncoder(folder: nil), shipped: Self.shipped, folder: folder)
    #expect(second.rows(Self.shipped) == Array(mine.prefix(2)))
    #expect(second.rows(["My own secret plan."]) == nil)
  }

  @Test(.enabled(if: models != nil, "the encoder is not here")) func theNearestIsFoundByMeaningAndByWords() async throws
  {
    let items = [(id: "list", text: "Lists tasks."), (id: "remind", text: "Reminds someone at a time.")]
    for points in [MeaningPoints(LazyEncoder(folder: Self.models), shipped: [], folder: nil), nil] {
      let index = MeaningIndex(items, points: points)
      #expect(await index.nearest("list my task").first?.id == "list")
      #expect(await index.nearest("remind me").first?.id == "remind")
      #expect(await index.nearest("remind me") { $0 == "list" }.map(\.id) == ["list"])
    }
    #expect(await MeaningIndex([], points: nil).nearest("anything").isEmpty)
  }
}
