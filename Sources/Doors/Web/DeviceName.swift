/// What a browser calls itself, for people: "Chrome · Android".
enum DeviceName {
  /// The first that is found counts: every browser claims to be some others too.
  private static let browsers = [
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
  ]
  private static let systems = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
  ]

  /// Nothing of the text itself is kept: a stranger may have written it.
  static func read(_ userAgent: String) -> String {
    let text = userAgent.prefix(512)
    return [browsers, systems].compactMap { names in names.first { text.contains($0.0) }?.1 }.joined(separator: " · ")
  }
}
