@testable import Learning

/// A small world of four wishes, for tests that need something to learn.
enum Samples {
  static let lines: [(intent: String, texts: [String])] = [
    (
      "lights",
      [
        "turn on the lights", "switch the lamp on please", "lights on in the kitchen", "make the bedroom brighter",
        "dim the lamp a little", "turn the lights off", "can you switch off the lamp", "lamp off now",
        "brighten the kitchen lights", "the lights are too bright", "put the lamp on", "lights please",
      ]
    ),
    (
      "music",
      [
        "play some music", "put on a song", "play the next song", "i want to hear jazz", "start my playlist",
        "music please", "play something calm", "stop the music", "pause this song", "play that song again",
        "louder music", "turn the song up",
      ]
    ),
    (
      "weather",
      [
        "what is the weather like", "will it rain today", "is it cold outside", "weather for tomorrow",
        "do i need an umbrella", "how hot will it be", "tell me the forecast", "is it going to snow",
        "forecast for the weekend", "will it be sunny", "rain or sun today", "temperature outside",
      ]
    ),
    (
      "alarm",
      [
        "wake me up at seven", "set an alarm for six", "alarm at half past five", "wake me at eight tomorrow",
        "cancel my alarm", "set the alarm for nine", "i have to get up at four", "no alarm tomorrow",
        "change the alarm to ten", "alarm please at noon", "get me up at six", "is my alarm set",
      ]
    ),
  ]

  static let rows = lines.flatMap { line in line.texts.map { LabelledText($0, line.intent) } }

  static let strangers = [
    "who wrote this novel", "my knee hurts badly", "buy two kilos of rice", "how old is the universe",
    "translate goodbye into french", "what is seven times nine", "book a table for two", "where did i park",
  ]

  static func trainer(_ vectors: (any SentenceVectors)? = nil, seed: UInt64 = 7) -> TextClassifierTrainer {
    var options = TextClassifierTrainer.Options()
    options.seed = seed
    // Enough for a dozen sentences an intent, and quick in a debug build.
    options.columns = 1_000
    options.stepsInOrder = 30
    return TextClassifierTrainer(vectors: vectors, options: options)
  }

  /// Trained once for all tests that only use it.
  static let withVectors = Result { try trained(LetterVectors()) }
  static let plain = Result { try trained() }

  static func trained(_ vectors: (any SentenceVectors)? = nil, seed: UInt64 = 7) throws -> TextClassifier {
    try trainer(vectors, seed: seed).train(rows.map { .init($0) } + strangers.map { .init(LabelledText($0, nil)) })
  }
}

/// Stands in for an encoder: words fall on sixteen axes by their letters.
struct LetterVectors: SentenceVectors {
  var identity: UInt64 = 99
  let blocks = 2
  let width = 16
  let knownWords = ["brigade"]
  /// Ends the call for tests of failing encoders.
  var failure: LearningError?

  func vectors(_ texts: [String]) throws -> [Float] {
    if let failure { throw failure }
    return texts.flatMap { text in
      var point = [Float](repeating: 0.01, count: width)
      for word in text.split(separator: " ") { point[word.utf8.reduce(0) { ($0 * 31 + Int($1)) % width }] += 1 }
      let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let unit = point.map { $0 / length }
      return unit + unit
    }
  }
}
