// How people and things hang together, drawn: a picture for the eye. What it shows stands in words above it, and each circle
// leads to these words.

import { element } from '../page/dom.js'
import { say } from '../page/words.js'

const space = 'http://www.w3.org/2000/svg'
// more would be a knot
const most = 40

function shape(name, attributes, ...content) {
  const node = document.createElementNS(space, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...content)
  return node
}

export function graphPicture(graph, tools) {
  const nodes = graph.nodes.slice(0, most).map((node) => ({ ...node }))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const edges = graph.edges.filter((edge) => byId.has(edge.from) && byId.has(edge.to))
  if (!edges.length) return [element('p', 'quiet', say('memoryGraphNone'))]
  const linked = nodes.filter((node) => edges.some((edge) => edge.from === node.id || edge.to === node.id))
  const host = element('div', 'graph')
  const draw = () => host.replaceChildren(drawing(linked, edges, byId, host.clientWidth || 640, tools))
  let width = 0
  new ResizeObserver(() => {
    if (host.clientWidth === width) return
    width = host.clientWidth
    draw()
  }).observe(host)
  const all = element('details', '', element('summary', '', say('memoryGraphWords')))
  all.append(element('ul', 'rows', ...edges.map((edge) => element('li', '', element('div', '',
    element('strong', '', byId.get(edge.from).name), ` · ${edge.label}: ${byId.get(edge.to).name}`)))))
  return [host, all]
}

function drawing(nodes, edges, byId, width, tools) {
  // a narrow picture is a long one: the names need their room
  const isNarrow = width < 480
  const height = Math.round(isNarrow
    ? Math.max(280, 120 + nodes.length * 26)
    : Math.max(280, Math.min(width * 0.9, 160 + nodes.length * 22)))
  place(nodes, edges, byId, width, height)
  // nothing above the highest and below the lowest
  const top = Math.min(...nodes.map((node) => node.y)) - 34
  const long = Math.round(Math.max(...nodes.map((node) => node.y)) + 50 - top)
  const svg = shape('svg', {
    viewBox: `0 ${top} ${width} ${long}`, width, height: long, role: 'img',
    'aria-label': say('memoryGraphAlt', { n: nodes.length, edges: edges.length }),
  })
  for (const edge of edges) {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    svg.append(shape('line', { x1: from.x, y1: from.y, x2: to.x, y2: to.y }))
  }
  const room = new Room(nodes.map((node) => [node.x, node.y, 24, 24]))
  for (const node of nodes) {
    const group = shape('g', { class: node.me ? 'node me' : `node ${node.kind}` },
      shape('circle', { cx: node.x, cy: node.y, r: node.me ? 12 : 9 }), shape('title', {}, node.name))
    const words = shorter(node.name, isNarrow ? 14 : 18)
    const below = node.me ? 28 : 24
    // below, above, or further below; what has no room there is left to the words under the picture
    const y = [below, -16, below + 14].map((away) => node.y + away).find((y) => room.take(node.x, y - 5, words.length * 8, 14))
    if (y !== undefined) group.append(shape('text', { x: node.x, y }, words))
    group.onclick = () => tools.show(node.id)
    svg.append(group)
  }
  for (const edge of edges) {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    const words = shorter(edge.label, 14)
    // nearer to where it leads, so that those of one circle do not lie on each other
    const place = [0.58, 0.5, 0.66, 0.42].map((at) => [from.x + (to.x - from.x) * at, from.y + (to.y - from.y) * at])
      .find(([x, y]) => room.take(x, y, words.length * 7, 13))
    if (place) svg.append(shape('text', { x: place[0], y: place[1] + 4, class: 'edge' }, words))
  }
  return svg
}

/** Where words stand already: none are written over others. */
class Room {
  #taken
  constructor(boxes) { this.#taken = boxes }

  /** Takes a place around its middle, unless something stands there. */
  take(x, y, width, height) {
    const isFree = this.#taken.every(([otherX, otherY, otherWidth, otherHeight]) =>
      Math.abs(x - otherX) * 2 >= width + otherWidth || Math.abs(y - otherY) * 2 >= height + otherHeight)
    if (isFree) this.#taken.push([x, y, width, height])
    return isFree
  }
}

function shorter(text, length) { return text.length > length ? `${text.slice(0, length - 1)}…` : text }

/** Everybody pushes, every line pulls; the same graph always gives the same picture. */
function place(nodes, edges, byId, width, height) {
  nodes.forEach((node, index) => {
    // a golden spiral, the middle of the graph first
    const [angle, away] = [index * 2.39996, Math.sqrt(index / nodes.length)]
    node.x = width / 2 + Math.cos(angle) * away * width * 0.42
    node.y = height / 2 + Math.sin(angle) * away * height * 0.42
  })
  const ideal = Math.sqrt((width * height) / Math.max(nodes.length, 3)) * 0.8
  for (let heat = ideal / 2; heat > 0.6; heat *= 0.97) {
    const moves = nodes.map(() => [0, 0])
    nodes.forEach((one, i) => nodes.forEach((other, j) => {
      if (i === j) return
      const [dx, dy] = [one.x - other.x || 0.1, (one.y - other.y || 0.1) * 1.3]
      const push = (ideal * ideal) / (dx * dx + dy * dy)
      moves[i][0] += dx * push
      moves[i][1] += dy * push
    }))
    for (const edge of edges) {
      const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
      const [i, j] = [nodes.indexOf(from), nodes.indexOf(to)]
      const [dx, dy] = [to.x - from.x, to.y - from.y]
      const pull = Math.hypot(dx, dy) / ideal
      for (const [k, sign] of [[i, 1], [j, -1]]) {
        moves[k][0] += sign * dx * pull
        moves[k][1] += sign * dy * pull
      }
    }
    nodes.forEach((node, i) => {
      // a little towards the middle, so that parts that hang on nothing stay in the picture
      moves[i][0] += (width / 2 - node.x) * 1.1
      moves[i][1] += (height / 2 - node.y) * 1.4
      const [dx, dy] = moves[i]
      const length = Math.hypot(dx, dy) || 1
      const step = Math.min(length, heat)
      const half = Math.min(70, 12 + node.name.length * 4)
      node.x = clamp(node.x + (dx / length) * step, half, width - half)
      node.y = clamp(node.y + (dy / length) * step, 18, height - 34)
    })
  }
}

function clamp(value, low, high) { return Math.round(Math.max(low, Math.min(high, value)) * 10) / 10 }
