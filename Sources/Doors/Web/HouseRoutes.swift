import Base
import Delivery
import Formats
import HTTP
import People
import Telemetry

/// Health, readiness, metrics, state: what operators and monitors ask.
enum HouseRoutes {
  static func all(_ door: WebDoor, _ gate: Gate) -> [Route] {
    let parts = door.parts
    let house = parts.house
    return [
      Route(
        method: "GET", path: "/healthz", summary: "Whether the program runs.", access: .open,
        result: Route.object(["status": Route.string, "version": Route.string, "zone_data": Route.string])
      ) { _ in
        Route.json(["status": "ok", "version": .string(house.version), "zone_data": .string(house.zoneData)])
      },
      Route(
        method: "GET", path: "/readyz", summary: "Whether it can take messages; 503 with the reasons when it cannot.",
        access: .open,
        result: Route.object(["status": Route.string, "reasons": ["type": "array", "items": Route.string]])
      ) { _ in
        let reasons = house.reasonsNotReady()
        var response = Route.json(
          ["status": reasons.isEmpty ? "ready" : "not ready", "reasons": JSON(reasons)],
          status: reasons.isEmpty ? 200 : 503)
        if !reasons.isEmpty { response.headers.add("Retry-After", "2") }
        return response
      },
      Route(
        method: "GET", path: "/metrics", summary: "Counters and histograms in the Prometheus text format.",
        access: .local
      ) { _ in
        HTTPResponse(
          headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
          body: .bytes(Array(parts.metrics.prometheus().utf8)))
      },
      Route(
        method: "GET", path: "/assistant/status", summary: "Version, readiness, doors, queues and personas.",
        access: .tokenOrPage(.read),
        result: Route.object([
          "version": Route.string, "ready": ["type": "boolean"],
          "doors": ["type": "object", "additionalProperties": Route.string],
          "queues": ["type": "object", "additionalProperties": Route.integer],
          "personas": ["type": "array", "items": Route.string],
        ])
      ) { _ in
        let doors = house.doors().map { ($0.name, JSON.string($0.state)) }
        let queues = await house.queues().map { ($0.name, JSON.integer(Int64($0.depth))) }
        return Route.json([
          "version": .string(house.version), "ready": .bool(house.reasonsNotReady().isEmpty),
          "doors": .object(JSONObject(doors)), "queues": .object(JSONObject(queues)),
          "personas": JSON(parts.delivery.personas.names),
        ])
      },
    ]
  }
}
