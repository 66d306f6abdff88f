import Crypto
import Foundation

/// What WCAG 2.2 AA asks of a page and a script can see.
enum PageCheck {
  /// axe-core, where `THINNAI_AXE` names a copy of the version that this was written with; a check beside ours.
  static let axe: String? = {
    guard let path = ProcessInfo.processInfo.environment["THINNAI_AXE"],
      let bytes = FileManager.default.contents(atPath: path),
      Hex.encode(SHA256.hash([UInt8](bytes))) == "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }()

  static let axeRun = """
    const done = arguments[0]
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => done(
      result.violations.flatMap((v) => v.nodes.map((n) => v.id + ' ' + n.target.join(' ')))), (e) => done([String(e)]))
    """

  private static let usable = """
    const usable = [...document.querySelectorAll(
      'a[href], button, summary, input, select, textarea, [tabindex="0"]')].filter(
      (e) => !e.disabled && e.checkVisibility() && e.getClientRects().length)
    """

  static let focusable = usable + "; return usable.length"

  /// True where the element that has the focus shows it, or is none.
  static let focused = """
    const e = document.activeElement
    if (!e || e === document.body) return true
    window.reached.add(e)
    const style = getComputedStyle(e)
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || e.outerHTML.slice(0, 120)
    """

  /// Gives sentences; none when all is well.
  static let script =
    usable + """

      const findings = []
      const name = (e) => e.outerHTML.slice(0, 100)
      if (!document.documentElement.lang) findings.push('the page has no language')
      if (!document.title) findings.push('the page has no title')
      if (document.querySelectorAll('h1').length !== 1) findings.push('there is not one heading of the first level')
      if (document.querySelectorAll('main').length !== 1) findings.push('there is not one main part')
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
      if (wide > 0) findings.push(`the page scrolls sideways by ${wide}`)
      for (const e of usable) {
        const { width, height } = e.getBoundingClientRect()
        if (width < 44 || height < 44) findings.push(`a target of ${width} by ${height}: ${name(e)}`)
        const label = e.ariaLabel || e.labels?.[0]?.innerText || (e.matches('a, button') && e.innerText)
          || e.getAttribute('aria-label') || e.textContent
        if (!label?.trim()) findings.push(`no name: ${name(e)}`)
      }
      for (const image of document.images) {
        if (!image.hasAttribute('alt')) findings.push(`a picture without a text: ${name(image)}`)
        if (new URL(image.src).origin !== location.origin) findings.push(`a picture from elsewhere: ${image.src}`)
      }
      const ids = [...document.querySelectorAll('[id]')].map((e) => e.id)
      if (new Set(ids).size !== ids.length) findings.push('an id stands twice')
      const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number)
        return { r, g, b, a }
      }
      const over = (top, below) => ({
        r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
        b: top.b * top.a + below.b * (1 - top.a), a: 1,
      })
      const light = ({ r, g, b }) => {
        const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * x + 0.7152 * y + 0.0722 * z
      }
      const ratio = (a, b) => {
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p)
        return (x + 0.05) / (y + 0.05)
      }
      const ground = (e) => {
        const layers = []
        for (let at = e; at; at = at.parentElement) {
          const colour = parse(getComputedStyle(at).backgroundColor)
          if (colour.a > 0) layers.push(colour)
          if (colour.a === 1) break
        }
        return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 })
      }
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const e = walker.currentNode.parentElement
        if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('.hidden, :disabled, noscript, option')) continue
        const style = getComputedStyle(e)
        if (style.clipPath !== 'none') continue
        let faded = 1
        for (let at = e; at; at = at.parentElement) faded *= parseFloat(getComputedStyle(at).opacity)
        const below = ground(e)
        const colour = parse(style.color)
        const shown = over({ ...colour, a: colour.a * faded }, below)
        const size = parseFloat(style.fontSize)
        const isLarge = size >= 24 || size >= 18.66 && parseInt(style.fontWeight) >= 700
        const found = ratio(shown, below)
        if (found < (isLarge ? 3 : 4.5)) findings.push(`contrast ${found.toFixed(2)}: ${name(e)}`)
      }
      for (const e of usable.filter((e) => e.matches('input, select, textarea'))) {
        const found = ratio(parse(getComputedStyle(e).borderTopColor), ground(e.parentElement))
        if (found < 3) findings.push(`the edge of a field has contrast ${found.toFixed(2)}: ${name(e)}`)
      }
      return findings
      """
}
