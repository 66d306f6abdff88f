import Testing
import Text

@testable import Understanding

@Suite struct EmergencyTests {
  static let alarms: [String] = [
    // English
    "I fell down", "i have fallen and cant get up", "Help!", "help me", "HELP ME PLEASE", "help help",
    "please help me amma",
    "chest pain", "I have chest pain", "my chest is hurting badly", "severe pain in my chest", "I cant breathe",
    "i can't breathe properly", "having trouble breathing", "call an ambulance", "please call ambulance fast",
    "call 108",
    "Amma fainted", "dad is unconscious", "he is not responding", "i think i'm having a heart attack", "lots of blood",
    "I am bleeding", "there is a fire in the kitchen", "sos", "EMERGENCY", "i slipped in the bathroom", "fire!",
    "someone broke into the house", "gas is leaking", "i need help", "grandma is not waking up",
    "i am not well, chest pain", "not feeling well chest pain", "chest pain not going away", "my chest feels tight",
    "amma had a heart attack", "what to do amma fainted", "chest pian", "help i can't move", "appa fell",
    "no one is here i cant breathe", "i cant brethe", "not well, i fainted",
    // Tanglish
    "🆘", "🚨🚨", "🆘 amma please", "naan keezha vizhundhutten", "vilunthutten", "nenju vali", "nenju romba valikudhu",
    "moochu vida mudiyala",
    "amma mayangi vizhundhutaanga", "kaapathunga", "ambulance kupidunga seekiram", "udhavi pannunga", "ratham varudhu",
    "ezhundhirikka mudiyala",
    // Tamil
    "கீழே விழுந்துட்டேன்", "நெஞ்சு வலி", "நெஞ்சு ரொம்ப வலிக்குது", "மூச்சு விட முடியல", "காப்பாத்துங்க",
    "ஆம்புலன்ஸ் கூப்பிடுங்க", "அம்மா மயங்கி விழுந்துட்டாங்க", "உதவி செய்யுங்க", "ரத்தம் வருது", "மாரடைப்பு",
    // Hinglish
    "main gir gaya hoon", "mai gir gayi", "seene mein dard ho raha hai", "seene me bahut tez dard",
    "saans nahi aa rahi",
    "bachao", "bachao bachao", "ambulance bulao", "maa behosh ho gayi", "madad karo", "khoon beh raha hai",
    // Hindi
    "मैं गिर गया", "सीने में दर्द", "सीने में बहुत दर्द है", "सांस नहीं आ रही", "बचाओ", "एम्बुलेंस बुलाओ", "मां बेहोश हो गई",
    "मदद करो", "घर में आग लग गई", "खून बह रहा है",
    // a feeling at a place of the body
    "stabbing in the chest", "my chest burns and my arm hurts", "chest feels like it is being pressed",
    "my heart hurts", "सीने में चुभन", "छाती में जलन और पसीना", "सीने में सुई जैसी चुभ रही है",
    "seene me sui chubh rahi hai", "chhati me khinchav", "nenjula kuthudhu", "nenju pidichikichu", "maarbula kuthal",
    "நெஞ்சில குத்தல்", "மார்புல குத்துது", "மாரு வலிக்குது",
    // a value beyond the limits, and a complaint beside it
    "sugar is 40 and i am sweating", "sugar 480 and vomiting", "bp 220/130 and dizzy", "bp 70 over 40 feeling weak",
    "oxygen is 82", "pulse 35 and dizzy", "fever 105 and confused", "शुगर 40 है और पसीना आ रहा है",
    "बीपी 220/130 और चक्कर", "ऑक्सीजन 80 है", "bp 200 by 120 sar dard", "sugar 50 haath kaanp rahe",
    "sugar 40 iruku verkudhu", "bp 220/130 thala suthudhu", "சுகர் 40 வேர்க்குது", "பிபி 220/130 தலை சுத்துது",
    "ஆக்ஸிஜன் 82",
    // at the door
    "someone is at the door at night", "there is a stranger at the door i am scared",
    "someone is trying to open the door", "रात में कोई दरवाज़ा खटखटा रहा है मैं अकेली हूँ",
    "darwaze par koi hai mujhe dar lag raha hai", "vaasalla yaaro nikkaranga bayama iruku",
    "ராத்திரி யாரோ கதவை தட்டுறாங்க பயமா இருக்கு", "யாரோ கதவை திறக்க பாக்கறாங்க",
    // what sounds like an excuse and is none
    "took the tablet for chest pain but my chest still hurts", "seene mein dard hai dawa nahi mil rahi",
    "Sapna gir gayi hai", "सपना गिर गई है", "subah gir gayi main", "mummy paani mein gir gayi",
    "maalai keezha vizhundhutten",
    "मम्मी पानी में गिर गईं", "சாயங்காலம் மாலை விழுந்துட்டேன்",
    // it was over, and is not
    "kal gir gayi thi ab uth nahi pa rahi", "कल गिर गई थी अब उठ नहीं पा रही",
    "bachpan mein saanp ne kaata tha aaj phir se kaat liya",
    // it did not get better
    "dawai li thi par seene ka dard kam nahi hua", "दवा ली थी पर सीने का दर्द कम नहीं हुआ", "गले में सिक्का फँस गया है",
    "help help koi hai",
    // something else is denied, or excused
    "I have no fever but chest pain", "no cough but chest pain", "no headache but breathing trouble",
    "no no chest pain, help", "I have no doctor, chest pain", "I have no strength and chest pain",
    "there is no doctor here, I have chest pain", "chest pain, call the doctor", "I have chest pain and no doctor",
    "no signal on phone, fell down in bathroom", "I have chest pain since yesterday",
    "बेटा घर पर नहीं है और सीने में दर्द है", "नींद नहीं आई और सीने में दर्द है", "घर पर कोई नहीं है और मैं गिर गई",
    "ghar par koi nahi hai aur main gir gayi", "bukhar nahi hai lekin seene mein dard hai",
    "kaaichal illa aana nenju vali irukku", "காய்ச்சல் இல்லை ஆனா நெஞ்சு வலி இருக்கு",
  ]

  static let calm: [String] = [
    // measured, at home, idle
    "bp 130/80", "bp 185/100", "bp 150/95 and headache", "sugar 110", "sugar 250 after food", "sugar 38",
    "oxygen 97, pulse 82", "bp 130/80 pulse 125 headache", "bp 220/130 no dizziness",
    "the doctor says sugar below 70 is dangerous", "sugar 40 kg and sweating", "someone is at the door, the milkman",
    "the courier is at the door at night", "is someone at the door", "chest of drawers is heavy",
    "heartburn after food", "dil jal raha hai", "darwaze par doodhwala hai", "vaasalla paalkaran vandhirukan",
    "nenju sali iruku", "நெஞ்சு சளி", "andha idam enga iruku", "சுகர் 110 தலை சுத்துது",
    // English
    "no chest pain today", "he said help me with the recipe", "help me write a mail", "help me find a plumber",
    "can you help me", "i fell asleep", "i fell in love", "I did not fall", "she fell behind in class",
    "thanks for your help",
    "help menu", "what can you help with", "the movie gave me a heart attack", "i don't have chest pain",
    "what causes chest pain", "read about heart attack", "the server is not responding", "call me tomorrow",
    "fire sale on shoes", "I had chest pain last year", "no bleeding now", "first aid for bleeding",
    "remind me to call the doctor", "get up early tomorrow", "nifty fell 2 percent", "the price fell",
    "help me set a reminder",
    "cutting edge bleeding edge tech", "she passed out of college", "emergency fund", "help with expenses",
    "there was a breathless view", "the ambulance passed by", "how to help people", "phone fell down",
    "help me i want to set a reminder", "symptoms of stroke", "i was not choking", "we had a fire drill",
    "what to do if someone has chest pain", "i am dying to see that film", "chest pain has stopped",
    "i fell yesterday", "the vase fell over", "no fever and chest pain", "no fever or chest pain today",
    "he said, help me with the bags", "no cough, no fever, no chest pain",
    // Tanglish
    "nenju vali illa", "phone keezha vizhundhutten nu", "help panna mudiyuma naalaikku", "amma nalla irukaanga",
    "mathirai saapten", "ratham test eppo", "nenju vali pathi sollu", "padathula hero vizhundhutten nu katharaan",
    // Tamil
    "நெஞ்சு வலி இல்லை", "நெஞ்சு வலி பற்றி சொல்லு", "ரத்தப் பரிசோதனை எப்போ", "நேற்று மழை", "உதவித்தொகை எவ்வளவு",
    "காலை வணக்கம்", "மூச்சு பயிற்சி நேரம்", "மயக்கம் வருது இல்லை",
    // Hinglish
    "seene mein dard nahi hai", "paise bachao", "market gir gaya", "phone gir gaya", "khoon ki jaanch kab hai",
    "meri madad karo reminder lagane mein", "bijli bachao", "film mein hero gir gaya", "main theek hoon",
    "behosh nahi hai koi",
    // Hindi
    "सीने में दर्द नहीं है", "बिजली बचाओ", "खून की जांच कब है", "मोबाइल गिर गया", "मैं ठीक हूं", "बाजार गिर गया",
    "फिल्म में वो गिर गया", "मदद के लिए धन्यवाद",
  ]

  /// Over and done with, asked about, or said for the picture: once in Latin letters holds in the script too.
  static let idle: [String] = [
    "kal gir gaya tha ab theek hoon", "कल गिर गया था अब ठीक हूँ", "papa ko heart attack 2015 mein hua tha",
    "पापा को दिल का दौरा 2015 में पड़ा था", "bachpan mein saanp ne kaata tha", "बचपन में साँप ने काटा था",
    "usne bataya ki saas gir gayi thi", "उसने बताया कि सास गिर गई थीं", "behosh hone ke lakshan kya hain",
    "बेहोश होने के लक्षण क्या हैं", "dil ka daura padne par kya karna chahiye", "garmi se jaan nikal rahi hai",
    "भूख के मारे जान निकल रही है", "hosh ud gaye bill dekh ke", "बिल देख कर होश उड़ गए", "emergency fund banana hai",
    "इमरजेंसी लाइट ख़रीदनी है", "remote neeche gir gaya", "रिमोट नीचे गिर गया", "किताबें गिर गईं",
    "अम्मा चेन्नई चली गईं", "amma chennai chali gayin",
    "muttai keezha vizhundhu odanju pochu", "என் போன் கீழே விழுந்துடுச்சு",
  ]

  /// Denied, quoted, dreamt, supposed: each kind in each language.
  static let denials: [String] = [
    "no chest pain, no bleeding today", "I do not have any kind of chest pain",
    "there is no sign at all of any chest pain",
    "I have not had any more chest pain", "chest pain has now completely stopped", "nenju vali ippo konjam kooda illa",
    "i have no pain in my chest", "I never had a heart attack",
    "the doctor asked if i have chest pain", "if i have chest pain whom should i call",
    "he told me that she fell down", "I dreamt that i fell down", "\"help me\" is a song",
    "நான் விழவே இல்லை", "இன்னைக்கு நெஞ்சு வலி எதுவும் இல்லை", "மூச்சு திணறல் இல்லை", "நெஞ்சு வலி மாத்திரை எப்போ",
    "கீழே விழுந்துட்டேன்னு கனவு கண்டேன்", "நெஞ்சு வலி இருக்கான்னு டாக்டர் கேட்டார்",
    "naan vizhave illa", "innaiku nenju vali edhuvum illa", "moochu thinaral illa", "nenju vali maathirai eppo",
    "nenju vali irukkanu doctor kettar", "keezha vizhundhutten nu kanavu kanden",
    "मैं नहीं गिरा", "आज सीने में कोई दर्द नहीं है", "अगर सीने में दर्द हो तो क्या करूं", "सीने में दर्द की दवा कब है",
    "डॉक्टर ने पूछा सीने में दर्द है क्या", "सपने में मैं गिर गया",
    "main nahi gira", "aaj seene mein koi dard nahi hai", "agar seene mein dard ho to kya karun",
    "seene mein dard ki dawai kab hai", "doctor ne pucha seene mein dard hai kya", "sapne mein main gir gaya",
  ]

  @Test("raises the alarm", arguments: alarms)
  func raises(_ text: String) async throws {
    let detector = try await Engine.shared().emergencies
    #expect(detector.match(text) != nil)
  }

  @Test("stays calm", arguments: calm + denials + idle)
  func stays(_ text: String) async throws {
    let detector = try await Engine.shared().emergencies
    #expect(detector.match(text) == nil)
  }

  @Test(
    "what is denied is no alarm for the classifier either",
    arguments: [
      "I don't have chest pain", "my chest pain is gone", "no chest pain today", "நெஞ்சு வலி இல்லை",
      "இன்று நெஞ்சு வலி இல்லை", "nenju vali illa", "innaiku nenju vali illai", "सीने में दर्द नहीं है", "मैं नहीं गिरा",
      "my phone fell in water", "seene mein dard nahi hai", "he said help me with the recipe", "I did not fall",
    ])
  func denied(_ text: String) async throws {
    let engine = try await Engine.shared()
    #expect(engine.understandNow(Engine.request(text)).intent != "emergency.alert")
  }

  @Test("tells what it is and where it stands")
  func tells() async throws {
    let match = try #require(try await Engine.shared().emergencies.match("Paati, chest pain!!"))
    #expect(match.what == "chest")
    #expect(match.text == "chest pain")
    #expect(match.span == 7..<17)
  }
}
