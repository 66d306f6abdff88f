import Foundation
import Learning
import RoomTesting
import Testing

@Suite("The text classifier")
struct TextClassifierTests {
  @Test("learns, with and without sentence vectors", arguments: [true, false])
  func learns(hasVectors: Bool) throws {
    let vectors = hasVectors ? LetterVectors() : nil
    let classifier = try (hasVectors ? Samples.withVectors : Samples.plain).get()
    let predictions = try classifier.predict(
      ["please switch the lights on", "play a song", "is rain coming tomorrow", "set my alarm for five"].map {
        .init($0)
      }, vectors: vectors)
    #expect(predictions.map(\.intent) == ["lights", "music", "weather", "alarm"])
    for prediction in predictions {
      #expect(abs(prediction.candidates.reduce(0) { $0 + $1.confidence } - 1) < 1e-3)
      #expect(prediction.candidates.map(\.confidence) == prediction.candidates.map(\.confidence).sorted(by: >))
    }
  }

  @Test("reads through slips of the finger")
  func slips() throws {
    let classifier = try Samples.plain.get()
    let predictions = try classifier.predict(
      ["trun on the ligths", "wether for tomorow", "set an alrm"].map { .init($0) }, vectors: nil)
    #expect(predictions.map(\.intent) == ["lights", "weather", "alarm"])
  }

  @Test("the same seed gives the same numbers, alone or in company; another order of cores changes nothing")
  func determinism() throws {
    let texts = Samples.rows.map(\.text) + Samples.strangers
    let (first, second) = (try Samples.trained(LetterVectors()), try Samples.trained(LetterVectors()))
    let together = try first.predict(texts.map { .init($0) }, vectors: LetterVectors())
    #expect(try second.predict(texts.map { .init($0) }, vectors: LetterVectors()) == together)
    for (text, prediction) in zip(texts, together) {
      #expect(try first.predict(.init(text), vectors: LetterVectors()) == prediction)
    }
  }

  @Test("any text gets an answer", arguments: ["", " ", "\u{0}\u{7}", "💡", "விளக்கு", "बत्ती", "灯", "a", "1", "?!", "'"])
  func anyText(_ text: String) throws {
    let classifier = try Samples.withVectors.get()
    for query in [text, String(repeating: text + " x", count: 3_000)] {
      let prediction = try classifier.predict(.init(query), vectors: LetterVectors())
      #expect(prediction.confidence >= 0 && prediction.confidence <= 1)
      #expect(prediction.outOfScope >= 0 && prediction.outOfScope <= 1)
    }
  }

  @Test("two rows, one intent, rows without words: all can be learnt")
  func smallest() throws {
    for rows in [
      [LabelledText("yes", "a"), LabelledText("no", "b")], [LabelledText("yes", "a")],
      [LabelledText("", "a"), LabelledText("", "b"), LabelledText("x", nil)],
      [LabelledText("same", "a"), LabelledText("same", "b"), LabelledText("same", "c")],
    ] {
      let classifier = try Samples.trainer().train(rows.map { .init($0) })
      let prediction = try classifier.predict(.init("yes"), vectors: nil)
      #expect(rows.compactMap(\.intent).contains(prediction.intent))
    }
  }

  @Test("nothing to learn and too much to tell apart are refused")
  func refused() {
    #expect(throws: LearningError.self) { try Samples.trainer().train([.init(LabelledText("x", nil))]) }
    #expect(throws: LearningError.self) { try Samples.trainer().train([]) }
    let many = (0...TextClassifierTrainer.mostIntents).map { LabelledText("x", "intent \($0)") }
    #expect(throws: LearningError.self) { try Samples.trainer().train(many.map { .init($0) }) }
  }

  @Test("validation sentences judge first and are learnt from then; strangers and unknown intents among them are not")
  func validation() throws {
    let held = [
      LabelledText("grondle the fribbit", "music"), LabelledText("grondle it", "music"),
      LabelledText("grondle that fribbit please", "music"), LabelledText("grondle the sea", nil),
      LabelledText("open the gate", "gates"),
    ]
    let classifier = try Samples.trainer().train(
      Samples.rows.map { .init($0) }, validation: held.map { .init($0) })
    #expect(classifier.intents == ["alarm", "lights", "music", "weather"])
    let prediction = try classifier.predict(.init("please grondle a fribbit"), vectors: nil)
    #expect(prediction.intent == "music")
  }

  @Test("goes on without its encoder")
  func withoutEncoder() throws {
    let plain = try Samples.withVectors.get().plain
    #expect(!plain.needsVectors)
    let predictions = try plain.predict(Samples.rows.map { .init($0.text) }, vectors: nil)
    #expect(zip(Samples.rows, predictions).count { $0.intent == $1.intent } > Samples.rows.count * 9 / 10)
  }

  @Test("numbers of the caller decide where words do not")
  func extras() throws {
    var trainer = TextClassifierTrainer(vectors: nil, extras: 1)
    trainer.options.columns = 64
    let examples = (0..<20).map { index in
      TextClassifierTrainer.Example(
        .init("that one", extras: [index % 2 == 0 ? 3 : -3]), intent: index % 2 == 0 ? "left" : "right")
    }
    let classifier = try trainer.train(examples)
    let predictions = try classifier.predict(
      [.init("that one", extras: [3]), .init("that one", extras: [-3])], vectors: nil)
    #expect(predictions.map(\.intent) == ["left", "right"])
  }

  @Test("an encoder that is missing, another or failing is said")
  func encoders() throws {
    let classifier = try Samples.withVectors.get()
    let other = LetterVectors(identity: 1)
    let failing = LetterVectors(failure: LearningError(.noVectors, "gone"))
    for vectors in [nil, other, failing] as [(any SentenceVectors)?] {
      #expect(throws: LearningError.self) { try classifier.predict(.init("x"), vectors: vectors) }
    }
    #expect(throws: LearningError.self) { try Samples.trained(failing) }
  }
}
