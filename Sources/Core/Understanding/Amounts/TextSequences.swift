/// Something written as a machine would: an address, a link, a tag.
struct TextSequence {
  enum Kind: String {
    case email, url, ip, guid, hashtag, mention
    /// No numbers are read inside.
    var takesItsTokens: Bool { self == .email || self == .url || self == .guid }
  }

  var kind: Kind
  var tokens: Range<Int>
  var text: String
}

/// Finds e-mail addresses, URLs, IP addresses, GUIDs, hashtags and mentions, in any language.
enum TextSequences {
  static func read(_ sentence: Sentence) -> [TextSequence] {
    var found: [TextSequence] = []
    var start = 0
    while start < sentence.tokens.count {
      var end = start + 1
      var hasSign = isTelling(sentence, start)
      while end < sentence.tokens.count, sentence.tokens[end].isGlued {
        hasSign = hasSign || isTelling(sentence, end)
        end += 1
      }
      if hasSign && end - start > 1 || isWhole(sentence, start) { read(Chunk(sentence, start..<end), into: &found) }
      start = end
    }
    return found
  }

  /// An address that is one word of the sentence already.
  private static func isWhole(_ sentence: Sentence, _ index: Int) -> Bool {
    let token = sentence.tokens[index]
    guard token.kind == .word, token.foldedSpan.count > 4 else { return false }
    return sentence.folded[token.foldedSpan].contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: ":") }
  }

  /// One of these signs stands in everything that is looked for.
  private static func isTelling(_ sentence: Sentence, _ index: Int) -> Bool {
    let token = sentence.tokens[index]
    guard token.kind == .symbol, token.foldedSpan.count == 1 else { return false }
    switch sentence.folded[token.foldedSpan.lowerBound] {
    case UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "#"), UInt8(ascii: "-"): return true
    default: return false
    }
  }

  private static func read(_ chunk: Chunk, into found: inout [TextSequence]) {
    var place = 0
    while place < chunk.bytes.count {
      let match =
        url(chunk, place) ?? email(chunk, place) ?? guid(chunk, place) ?? ip(chunk, place) ?? domain(chunk, place)
        ?? tag(chunk, place)
      if let (kind, length) = match, let sequence = chunk.sequence(kind, place..<(place + length)) {
        found.append(sequence)
        place += length
      } else {
        // To the next beginning of a word or sign: nothing begins inside of a word.
        let wasWord = chunk.isAlphanumeric(place)
        place += 1
        while wasWord, chunk.isAlphanumeric(place) { place += 1 }
      }
    }
  }

  /// A run of tokens without spaces, as bytes.
  struct Chunk {
    let sentence: Sentence
    let tokens: Range<Int>
    let bytes: [UInt8]
    private let base: Int

    init(_ sentence: Sentence, _ tokens: Range<Int>) {
      self.sentence = sentence
      self.tokens = tokens
      let span = sentence.span(of: tokens)
      base = span.lowerBound
      bytes = Array(sentence.text[span])
    }

    subscript(place: Int) -> UInt8 { bytes.indices.contains(place) ? bytes[place] : 0 }

    func isDigit(_ place: Int) -> Bool { (48...57).contains(self[place]) }
    func isLetter(_ place: Int) -> Bool { (97...122).contains(self[place] | 0x20) }
    /// Letters of other scripts count: they may stand in paths and tags.
    func isAlphanumeric(_ place: Int) -> Bool { isDigit(place) || isLetter(place) || self[place] >= 0x80 }
    func isHex(_ place: Int) -> Bool { isDigit(place) || (97...102).contains(self[place] | 0x20) }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// - Returns: `nil` where the stretch cuts a token.
    func sequence(_ kind: TextSequence.Kind, _ range: Range<Int>) -> TextSequence? {
      guard let first = tokens.first(where: { sentence.tokens[$0].span.lowerBound - base == range.lowerBound }),
        let last = tokens.last(where: { sentence.tokens[$0].span.upperBound - base == range.upperBound })
      else { return nil }
      return TextSequence(kind: kind, tokens: first..<(last + 1), text: text(range))
    }

    func starts(_ place: Int, with text: StaticString) -> Bool {
      text.withUTF8Buffer { text in
        guard place + text.count <= bytes.count else { return false }
        for (offset, byte) in text.enumerated() where bytes[place + offset] | 0x20 != byte | 0x20 { return false }
        return true
      }
    }
  }

  // MARK: Links

  private static func url(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    guard !chunk.isAlphanumeric(start - 1) else { return nil }
    let scheme: Int
    if chunk.starts(start, with: "https://") {
      scheme = 8
    } else if chunk.starts(start, with: "http://") {
      scheme = 7
    } else if chunk.starts(start, with: "ftp://") {
      scheme = 6
    } else if chunk.starts(start, with: "www.") {
      scheme = 0
    } else {
      return nil
    }
    let host = start + scheme
    let end = hostEnd(chunk, host)
    guard end > host else { return nil }
    let name = chunk.text(host..<end).lowercased()
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isLocal = name == "localhost" && scheme > 0
    let isAddress = ip(chunk, host).map { $0.1 == end - host } ?? false
    guard isLocal || isAddress && scheme > 0 || labels.count > 1 && isTop(labels[labels.count - 1]) else { return nil }
    return (.url, rest(chunk, end) - start)
  }

  /// A name without a scheme, "abc.com": only with endings that are no words.
  private static func domain(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    guard chunk.isLetter(start) || chunk.isDigit(start), !chunk.isAlphanumeric(start - 1) else { return nil }
    switch chunk[start - 1] {
    case UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "+"):
      return nil
    default: break
    }
    let end = hostEnd(chunk, start)
    guard end > start, chunk[end] != UInt8(ascii: "@"), chunk[end] != UInt8(ascii: "_") else { return nil }
    let labels = chunk.text(start..<end).lowercased().split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), let top = labels.last,
      plain.contains(String(top))
        || labels.count > 2 && top.count == 2 && second.contains(String(labels[labels.count - 2]))
    else { return nil }
    return (.url, rest(chunk, end) - start)
  }

  private static func hostEnd(_ chunk: Chunk, _ start: Int) -> Int {
    var end = start
    while chunk.isDigit(end) || chunk.isLetter(end) || chunk[end] == UInt8(ascii: "-")
      || chunk[end] == UInt8(ascii: ".")
    {
      end += 1
    }
    while end > start, chunk[end - 1] == UInt8(ascii: ".") || chunk[end - 1] == UInt8(ascii: "-") { end -= 1 }
    return end
  }

  /// Port, path and query, without the stop or bracket that ends the sentence.
  private static func rest(_ chunk: Chunk, _ host: Int) -> Int {
    var end = host
    if chunk[end] == UInt8(ascii: ":"), chunk.isDigit(end + 1) {
      end += 1
      while chunk.isDigit(end) { end += 1 }
    }
    guard [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains(chunk[end]) else { return end }
    let stops = Set(#""'<>{}|\^`[]"#.utf8)
    while end < chunk.bytes.count, !stops.contains(chunk[end]) { end += 1 }
    let loose = Set(".,;:!?)".utf8)
    while end > host, loose.contains(chunk[end - 1]) { end -= 1 }
    return end
  }

  private static func isTop(_ label: Substring) -> Bool {
    label.utf8.count == 2 && label.utf8.allSatisfy { (97...122).contains($0) } || plain.contains(String(label))
      || wide.contains(String(label))
  }

  /// Endings that make a bare name a link.
  private static let plain: Set<String> = [
    "com", "org", "net", "edu", "gov", "mil", "int", "biz", "info", "io", "ai", "app", "dev", "xyz", "club", "shop",
    "online",
    "tech", "store", "cloud", "eu", "co", "ly", "gle",
  ]
  private static let second: Set<String> = [
    "co", "com", "org", "net", "gov", "ac", "edu", "nic", "gob", "or", "ne", "res",
  ]
  /// Further ones that count behind a scheme.
  private static let wide: Set<String> = [
    "name", "mobi", "travel", "jobs", "aero", "museum", "coop", "pro", "tel", "asia", "cat", "post", "arpa", "site",
    "website",
    "space", "blog", "news", "live", "life", "world", "email", "group", "company", "academy", "agency", "bank", "cafe",
    "care", "center", "city", "codes", "design", "digital", "finance", "fit", "fun", "games", "global", "guru",
    "health",
    "help", "host", "house", "link", "market", "media", "money", "network", "one", "page", "photos", "press", "run",
    "school", "services", "social", "software", "solutions", "studio", "support", "systems", "team", "tips", "today",
    "tools", "top", "tv", "video", "vip", "wiki", "work", "works", "zone", "chat", "click", "dance", "events", "expert",
    "farm", "film",
    "google", "microsoft", "amazon", "apple", "bing",
  ]

  // MARK: Addresses

  private static func email(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    func isLocal(_ place: Int) -> Bool {
      chunk.isDigit(place) || chunk.isLetter(place)
        || "._+%-&'*=!~^$`|?{}".utf8.contains(chunk[place]) && place < chunk.bytes.count
    }
    guard isLocal(start), start == 0 || !isLocal(start - 1) else { return nil }
    var at = start
    while isLocal(at) { at += 1 }
    guard at > start, chunk[at] == UInt8(ascii: "@"), chunk[start] != UInt8(ascii: "."),
      chunk[at - 1] != UInt8(ascii: "."),
      !chunk.text(start..<at).contains("..")
    else { return nil }
    let host = at + 1
    if chunk[host] == UInt8(ascii: "["), let address = ip(chunk, host + 1),
      chunk[host + 1 + address.1] == UInt8(ascii: "]")
    {
      return (.email, host + address.1 + 2 - start)
    }
    let end = hostEnd(chunk, host)
    let labels = chunk.text(host..<max(host, end)).split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty && $0.first != "-" }), let top = labels.last,
      top.utf8.count >= 2,
      top.utf8.allSatisfy({ (97...122).contains($0 | 0x20) })
    else { return nil }
    return (.email, end - start)
  }

  private static func ip(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    guard !chunk.isAlphanumeric(start - 1), chunk[start - 1] != UInt8(ascii: ".") else { return nil }
    return four(chunk, start) ?? six(chunk, start)
  }

  private static func four(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    var place = start
    for part in 0..<4 {
      var value = 0
      let first = place
      while chunk.isDigit(place), place - first < 3 {
        value = value * 10 + Int(chunk[place] - 48)
        place += 1
      }
      guard place > first, value < 256, !chunk.isDigit(place) else { return nil }
      if part < 3 {
        guard chunk[place] == UInt8(ascii: ".") else { return nil }
        place += 1
      }
    }
    guard !chunk.isAlphanumeric(place), !(chunk[place] == UInt8(ascii: ".") && chunk.isDigit(place + 1)) else {
      return nil
    }
    return (.ip, place - start)
  }

  /// Eight groups of four hexadecimal digits, of which one run may be left out.
  private static func six(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    var (place, groups, hasGap) = (start, 0, false)
    let colon = UInt8(ascii: ":")
    if chunk[place] == colon {
      guard chunk[place + 1] == colon, chunk.isHex(place + 2) else { return nil }
      (place, hasGap) = (place + 2, true)
    }
    while chunk.isHex(place) {
      let first = place
      while chunk.isHex(place), place - first < 4 { place += 1 }
      groups += 1
      guard chunk[place] == colon else { break }
      if chunk[place + 1] == colon, !hasGap {
        (place, hasGap) = (place + 2, true)
      } else if chunk.isHex(place + 1) {
        place += 1
      } else {
        break
      }
    }
    guard hasGap ? (2...7).contains(groups) : groups == 8, !chunk.isAlphanumeric(place) else { return nil }
    return (.ip, place - start)
  }

  private static func guid(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    guard !chunk.isAlphanumeric(start - 1), chunk.isHex(start) else { return nil }
    var place = start
    for (part, length) in [8, 4, 4, 4, 12].enumerated() {
      for _ in 0..<length {
        guard chunk.isHex(place) else { return nil }
        place += 1
      }
      if part < 4 {
        guard chunk[place] == UInt8(ascii: "-") else { return nil }
        place += 1
      }
    }
    return chunk.isAlphanumeric(place) ? nil : (.guid, place - start)
  }

  // MARK: Tags

  /// "#party" and "@eve", at the beginning of a word.
  private static func tag(_ chunk: Chunk, _ start: Int) -> (TextSequence.Kind, Int)? {
    let sign = chunk[start]
    guard sign == UInt8(ascii: "#") || sign == UInt8(ascii: "@"), !chunk.isAlphanumeric(start - 1) else { return nil }
    var end = start + 1
    var hasLetter = false
    while chunk.isAlphanumeric(end) || chunk[end] == UInt8(ascii: "_") {
      hasLetter = hasLetter || !chunk.isDigit(end)
      end += 1
    }
    guard hasLetter, chunk[end] != sign else { return nil }
    return (sign == UInt8(ascii: "#") ? .hashtag : .mention, end - start)
  }
}
