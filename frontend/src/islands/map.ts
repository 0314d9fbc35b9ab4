import "leaflet/dist/leaflet.css"
import "../../styles/islands/map.css"
import L from "leaflet"
import { states } from "virtual:outlines"

interface Point {
  latitude: number
  longitude: number
  label: string
  kind: "place" | "pin" | "person"
}

interface Circle {
  latitude: number
  longitude: number
  radius: number
  label: string
}

type County = { name: string; rings: [number, number][][] }

const CLOSEST = 16
const AT_ONE_POINT = 13

/**
 * A map that needs no tile server: outlines of counties, labelled points, areas, a scale bar. `data-tiles` puts tiles below.
 * With `data-latitude` and `data-longitude` (ids of fields) its pin can be moved, by hand or with the arrow keys.
 */
export function mount(element: HTMLElement): () => void {
  const read = <T>(name: string): T[] => JSON.parse(element.dataset[name] ?? "[]") as T[]
  const points = read<Point>("points")
  const areas = read<Circle>("areas")
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    maxZoom: CLOSEST,
    scrollWheelZoom: false,
    fadeAnimation: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  })
  L.control.zoom({ zoomInTitle: element.dataset["zoomIn"] ?? "+", zoomOutTitle: element.dataset["zoomOut"] ?? "-" }).addTo(map)
  L.control.scale({ maxWidth: 110 }).addTo(map)
  show(map, points, areas)
  if (element.dataset["tiles"]) {
    L.tileLayer(element.dataset["tiles"], { maxZoom: CLOSEST }).addTo(map)
    L.control.attribution({ prefix: false }).addAttribution(element.dataset["credit"] ?? "").addTo(map)
  } else {
    void drawLand(map)
    map.on("moveend", () => void drawLand(map))
  }
  for (const area of areas) {
    L.circle([area.latitude, area.longitude], { radius: area.radius, className: "map__area", interactive: false }).addTo(map)
  }
  for (const point of points) place(map, point, element)
  const resized = new ResizeObserver(() => map.invalidateSize())
  resized.observe(element)
  return () => {
    resized.disconnect()
    map.remove()
  }
}

function show(map: L.Map, points: Point[], areas: Circle[]): void {
  const around = areas.flatMap((area) => {
    const box = L.latLng(area.latitude, area.longitude).toBounds(2 * area.radius)
    return [box.getNorthEast(), box.getSouthWest()]
  })
  const main = points.filter((point) => point.kind !== "place")
  const shown = [...around, ...(main.length > 0 ? main : points).map((point) => L.latLng(point.latitude, point.longitude))]
  if (shown.length === 0) map.setView([39.5, -98.35], 4)
  else map.fitBounds(L.latLngBounds(shown), { padding: [36, 36], maxZoom: AT_ONE_POINT, animate: false })
}

const drawn = new WeakMap<L.Map, Set<string>>()

export async function drawLand(map: L.Map): Promise<void> {
  const view = map.getBounds()
  const done = drawn.get(map) ?? new Set<string>()
  drawn.set(map, done)
  const near = states.filter(({ box: [west, south, east, north] }) => view.intersects([[south, west], [north, east]]))
  await Promise.all(
    near.map(async ({ url }) => {
      if (done.has(url)) return
      done.add(url)
      const counties = (await (await fetch(url)).json()) as County[]
      for (const { rings } of counties) {
        const outline = rings.map((ring) => ring.map(([longitude, latitude]) => L.latLng(latitude, longitude)))
        L.polygon(outline, { className: "map__land", interactive: false, smoothFactor: 0.6 }).addTo(map).bringToBack()
      }
    }),
  )
}

function place(map: L.Map, point: Point, element: HTMLElement): void {
  const fields = ["latitude", "longitude"].map((name) => document.getElementById(element.dataset[name] ?? "")) as [HTMLInputElement | null, HTMLInputElement | null]
  const canMove = point.kind === "pin" && fields[0] !== null && fields[1] !== null
  const mark = document.createElement("span")
  mark.className = `map__mark map__mark--${point.kind}`
  const label = document.createElement("span")
  label.className = "map__label"
  label.textContent = point.label
  mark.append(label)
  const marker = L.marker([point.latitude, point.longitude], {
    icon: L.divIcon({ className: "map__point", html: mark, iconSize: [0, 0] }),
    draggable: canMove,
    keyboard: canMove,
    interactive: canMove,
    alt: canMove ? (element.dataset["pinLabel"] ?? point.label) : point.label,
  }).addTo(map)
  if (!canMove) return
  const tell = (): void => {
    const { lat, lng } = marker.getLatLng()
    for (const [field, value] of [[fields[0], lat], [fields[1], lng]] as const) {
      if (!field) continue
      field.value = value.toFixed(6)
      field.dispatchEvent(new Event("change", { bubbles: true }))
    }
  }
  marker.on("dragend", tell)
  map.on("click", (event) => {
    marker.setLatLng(event.latlng)
    tell()
  })
  const handle = marker.getElement()
  handle?.setAttribute("role", "button")
  // What is written beside it belongs to its name.
  handle?.setAttribute("aria-label", [point.label, element.dataset["pinLabel"]].filter(Boolean).join(". "))
  handle?.addEventListener("keydown", (event) => moveByKey(event, map, marker, tell))
}

const STEPS: Record<string, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

function moveByKey(event: KeyboardEvent, map: L.Map, marker: L.Marker, tell: () => void): void {
  const step = STEPS[event.key]
  if (!step) return
  event.preventDefault()
  event.stopPropagation()
  const size = event.shiftKey ? 40 : 8
  const point = map.latLngToContainerPoint(marker.getLatLng()).add([step[0] * size, step[1] * size])
  marker.setLatLng(map.containerPointToLatLng(point))
  if (!map.getBounds().pad(-0.1).contains(marker.getLatLng())) map.panTo(marker.getLatLng())
  tell()
}
