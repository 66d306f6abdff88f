/// What people call a kind of business, and the words under which directories file it.
enum Categories {
  /// Stems to search for (any of them), the asked word first; just that word when nothing is known about it.
  static func stems(_ word: String) -> [String] {
    let stem = SearchText.stem(word)
    for group in groups where group.contains(where: { SearchText.stem($0) == stem }) {
      var stems = [stem]
      for other in group.map(SearchText.stem) where !stems.contains(other) { stems.append(other) }
      return stems
    }
    return [stem]
  }

  /// Two words that mean one kind, joined before the search (`medical shop`).
  static func joined(_ words: [String]) -> [String] {
    var out: [String] = []
    var index = 0
    while index < words.count {
      let next = index + 1 < words.count ? words[index + 1] : ""
      if let one = pairs[SearchText.stem(words[index]) + " " + SearchText.stem(next)] {
        out.append(one)
        index += 2
      } else {
        out.append(words[index])
        index += 1
      }
    }
    return out
  }

  /// What may serve where nothing is called by these words, the likeliest first: a part of them that tells, then kinds
  /// that are like it.
  static func kindred(_ words: [String]) -> [[String]] {
    guard !words.isEmpty else { return [] }
    var found: [[String]] = []
    // "eye hospital": what is for eyes; a word that only names a kind comes after
    let kinds = words.filter { isKind($0) }
    if words.count > 1 { found += words.filter { !kinds.contains($0) && $0.count >= 3 }.map { [$0] } }
    for word in words {
      let stem = SearchText.stem(word)
      for (kind, likes) in like where likes.contains(stem) && !words.contains(kind) { found.append([kind]) }
    }
    if words.count > 1 { found += kinds.map { [$0] } }
    return found
  }

  /// Whether directories file businesses under it.
  private static func isKind(_ word: String) -> Bool {
    let stem = SearchText.stem(word)
    return groups.contains { $0.contains { SearchText.stem($0) == stem } }
  }

  /// Where one may get what is asked for: a kind, and stems of words.
  private static let like: [(kind: String, of: Set<String>)] = [
    (
      "restaurant",
      [
        "breakfast", "lunch", "dinner", "tiffin", "brunch", "veg", "vegetarian", "nonveg", "idli", "dosa", "biryani",
        "biriyani", "briyani", "thali", "parotta", "vada", "pongal", "chinese", "italian", "pizza", "burger", "snack",
        "noodle", "meal", "food", "eat", "hungr", "cafe",
      ]
    ),
    ("cafe", ["breakfast", "snack", "brunch", "sandwich", "juice", "dessert", "wifi", "restaurant"]),
    ("bakery", ["cake", "bread", "pastr", "pastry"]),
    (
      "clinic",
      [
        "hospital", "doctor", "checkup", "fever", "diabete", "diabetic", "skin", "ear", "ent", "child", "pediatric",
        "eye",
        "optician", "bone", "scan", "lab", "blood", "vaccine", "vaccination",
      ]
    ),
    ("hospital", ["clinic", "doctor", "emergency", "ambulance", "surger", "surgery"]),
    ("optician", ["eye", "spectacle", "glass", "lens"]),
    ("pharmacy", ["tablet", "drug", "injection"]),
    ("salon", ["haircut", "shave", "facial", "spa", "massage", "manicure", "waxing", "trim"]),
    ("gym", ["yoga", "zumba", "workout", "exercise", "aerobic", "crossfit"]),
    ("bookshop", ["novel", "library", "stationery"]),
    ("supermarket", ["milk", "rice", "vegetable", "provision", "kirana"]),
    ("vet", ["dog", "cat", "pet", "puppy"]),
    ("mechanic", ["puncture", "bike", "car", "scooter"]),
  ]

  private static let pairs: [String: String] = [
    "medical shop": "pharmacy", "medical store": "pharmacy", "drug store": "pharmacy", "petrol bunk": "fuel",
    "petrol station": "fuel", "petrol pump": "fuel", "gas station": "fuel",
    "fuel station": "fuel", "coffee shop": "cafe", "tea shop": "cafe", "beauty parlour": "salon",
    "beauty salon": "salon", "book shop": "bookshop", "book store": "bookshop", "hardware shop": "hardware",
    "hardware store": "hardware", "sweet shop": "sweets", "cash machine": "atm", "grocery store": "supermarket",
    "eye doctor": "optician", "hair cut": "haircut", "hair cutting": "haircut", "non veg": "nonveg",
  ]

  private static let groups: [[String]] = [
    ["pharmacy", "chemist", "drugstore", "medical", "medicine"],
    ["restaurant", "eatery", "diner", "bistro", "mess", "food", "eat", "meals"],
    ["cafe", "coffee", "coffeehouse", "tea"],
    ["bar", "pub", "tavern", "brewery"],
    ["supermarket", "grocery", "groceries", "convenience", "provision"],
    ["fuel", "petrol", "gas", "filling"],
    ["doctor", "clinic", "physician", "gp", "medical"],
    ["hospital", "emergency"],
    ["dentist", "dental", "orthodontist"],
    ["salon", "hairdresser", "barber", "hair", "haircut", "beauty", "parlour"],
    ["bank", "credit"],
    ["atm", "cash"],
    ["hotel", "lodge", "motel", "guesthouse", "accommodation", "hostel"],
    ["gym", "fitness"],
    ["lawyer", "solicitor", "attorney", "advocate", "legal"],
    ["vet", "veterinary", "veterinarian"],
    ["mechanic", "garage", "automotive"],
    ["plumber", "plumbing"],
    ["electrician", "electrical"],
    ["carpenter", "joinery", "carpentry"],
    ["bakery", "baker", "bakers"],
    ["bookshop", "bookstore", "books", "bookseller"],
    ["hardware", "doityourself", "diy"],
    ["sweets", "confectionery", "mithai"],
    ["school", "education"],
    ["physiotherapist", "physiotherapy", "physio"],
    ["optician", "optometrist", "eyewear"],
    ["tailor", "tailoring", "dressmaker"],
    ["florist", "flowers", "flower"],
    ["cinema", "theatre", "movies"],
    ["greengrocer", "vegetable", "vegetables", "fruit", "fruits"],
    ["jeweller", "jewellery", "jewelry", "jeweler"],
    ["clothes", "clothing", "garments", "textile", "textiles", "apparel", "boutique"],
    ["shoe", "shoes", "footwear"],
    ["butcher", "meat", "mutton", "chicken"],
    ["fish", "seafood", "fishmonger"],
    ["stationery", "stationer"],
    ["photocopy", "copyshop", "xerox"],
    ["laundry", "laundromat", "cleaners"],
    ["phone", "mobile", "mobiles"],
    ["tyre", "tyres", "tire"],
  ]
}
