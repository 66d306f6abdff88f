import Base
import Testing

@Suite("The home of a login")
struct LoginHomeTests {
  @Test("is what HOME says")
  func said() {
    #expect(LoginHome.path(["HOME": "/srv/asha"]) == "/srv/asha")
    #expect(LoginHome.path(["HOME": "/srv/asha/"]) == "/srv/asha")
    #expect(LoginHome.path(["HOME": "/"]) == "/")
  }

  @Test("is the account's where HOME says nothing of use", arguments: [[:], ["HOME": ""], ["HOME": "here"]])
  func account(_ environment: [String: String]) {
    #expect(LoginHome.path(environment).hasPrefix("/"))
    #expect(LoginHome.path(environment) != "here")
  }
}
