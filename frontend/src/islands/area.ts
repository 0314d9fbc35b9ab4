import "leaflet/dist/leaflet.css"
import "../../styles/islands/map.css"
import L from "leaflet"
import { drawLand } from "./map"

type Position = [number, number]
interface Shape {
  type: string
  coordinates: Position[][] | Position[][][]
}

const METRES_A_MILE = 1_609.344
const STEPS: Record<string, Position> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

/**
 * Draws a service area: a circle whose middle is a pin, or a shape whose corners are pressed onto the map.
 * The fields named in `data-` attributes hold what is drawn and are sent as they are; without this script they are typed in.
 */
export function mount(element: HTMLElement): () => void {
  const field = (name: string): HTMLInputElement => document.getElementById(element.dataset[name] ?? "") as HTMLInputElement
  const [latitude, longitude, miles, geojson] = ["latitude", "longitude", "miles", "geojson"].map(field) as [HTMLInputElement, HTMLInputElement, HTMLInputElement, HTMLInputElement]
  const choices = [...document.querySelectorAll<HTMLInputElement>('input[name="shape"]')]
  const isDrawn = (): boolean => choices.some((choice) => choice.checked && choice.value === "drawn")
  const map = L.map(element, { attributionControl: false, zoomControl: false, scrollWheelZoom: false, doubleClickZoom: false, fadeAnimation: false, maxZoom: 16 })
  L.control.zoom({ zoomInTitle: element.dataset["zoomIn"] ?? "+", zoomOutTitle: element.dataset["zoomOut"] ?? "-" }).addTo(map)
  L.control.scale({ maxWidth: 110 }).addTo(map)
  const layer = L.layerGroup()
  // A shape of several parts is kept as it is until somebody draws; the largest part is the one that can be changed.
  let corners = read(geojson.value)

  const middle = (): L.LatLng => L.latLng(Number(latitude.value), Number(longitude.value))
  const box = (): L.LatLngBounds => (isDrawn() && corners.length > 0 ? L.latLngBounds(corners) : middle().toBounds(2.4 * (Number(miles.value) || 10) * METRES_A_MILE))

  const draw = (): void => {
    layer.clearLayers()
    if (isDrawn()) drawShape()
    else drawCircle()
  }
  const drawCircle = (): void => {
    const circle = L.circle(middle(), { radius: (Number(miles.value) || 0) * METRES_A_MILE, className: "map__area", interactive: false }).addTo(layer)
    const pin = handle(middle(), "pin", element.dataset["pinLabel"] ?? "")
    pin.on("drag", () => circle.setLatLng(pin.getLatLng()))
    pin.on("dragend", () => moveTo(pin.getLatLng()))
    keys(pin, (point) => moveTo(point))
  }
  const drawShape = (): void => {
    const outline = L.polygon(corners, { className: "map__area", interactive: false }).addTo(layer)
    corners.forEach((corner, index) => {
      const mark = handle(corner, "corner", element.dataset["cornerLabel"] ?? "")
      mark.on("drag", () => {
        corners[index] = mark.getLatLng()
        outline.setLatLngs(corners)
      })
      mark.on("dragend", () => write(index))
      mark.on("dblclick", () => remove(index))
      keys(
        mark,
        (point) => {
          corners[index] = point
          write(index)
        },
        () => remove(index),
      )
    })
  }
  const moveTo = (point: L.LatLng): void => {
    latitude.value = point.lat.toFixed(6)
    longitude.value = point.lng.toFixed(6)
    draw()
    focus(0)
  }
  const remove = (index: number): void => {
    corners.splice(index, 1)
    write(Math.max(0, index - 1))
  }
  const write = (index: number): void => {
    const ring = corners.map(({ lat, lng }): Position => [Number(lng.toFixed(6)), Number(lat.toFixed(6))])
    geojson.value = ring.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] }) : ""
    draw()
    focus(index)
  }
  const focus = (index: number): void => {
    element.querySelectorAll<HTMLElement>(".leaflet-marker-icon")[index]?.focus({ preventScroll: true })
  }
  const handle = (at: L.LatLng, kind: string, label: string): L.Marker => {
    const mark = document.createElement("span")
    mark.className = `map__mark map__mark--${kind}`
    const marker = L.marker(at, { icon: L.divIcon({ className: "map__point", html: mark, iconSize: [0, 0] }), draggable: true, alt: label }).addTo(layer)
    marker.getElement()?.setAttribute("role", "button")
    marker.getElement()?.setAttribute("aria-label", label)
    return marker
  }
  const keys = (marker: L.Marker, moved: (point: L.LatLng) => void, removed?: () => void): void => {
    marker.getElement()?.addEventListener("keydown", (event) => {
      const step = STEPS[event.key]
      if (!step && !(removed && (event.key === "Delete" || event.key === "Backspace"))) return
      event.preventDefault()
      event.stopPropagation()
      if (!step) return removed?.()
      const size = event.shiftKey ? 40 : 8
      moved(map.containerPointToLatLng(map.latLngToContainerPoint(marker.getLatLng()).add([step[0] * size, step[1] * size])))
    })
  }

  map.fitBounds(box(), { animate: false })
  layer.addTo(map)
  void drawLand(map)
  map.on("moveend", () => void drawLand(map))
  for (const point of JSON.parse(element.dataset["points"] ?? "[]") as { latitude: number; longitude: number; label: string }[]) {
    const label = document.createElement("span")
    label.className = "map__mark map__mark--place"
    const words = document.createElement("span")
    words.className = "map__label"
    words.textContent = point.label
    label.append(words)
    L.marker([point.latitude, point.longitude], { icon: L.divIcon({ className: "map__point", html: label, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(map)
  }
  map.on("click", ({ latlng }) => {
    if (!isDrawn()) return moveTo(latlng)
    corners = placed(corners, latlng)
    write(corners.indexOf(latlng))
  })
  const changed = (): void => {
    corners = read(geojson.value)
    draw()
    map.fitBounds(box(), { animate: false })
  }
  for (const one of [...choices, latitude, longitude, miles, geojson]) one.addEventListener("change", changed)
  draw()
  const resized = new ResizeObserver(() => map.invalidateSize())
  resized.observe(element)
  return () => {
    resized.disconnect()
    map.remove()
  }
}

/** Puts a corner between the two neighbours where it lengthens the outline least. */
function placed(corners: L.LatLng[], point: L.LatLng): L.LatLng[] {
  const around = (index: number): number => {
    const [before, after] = [corners[index], corners[(index + 1) % corners.length]]
    return before && after ? before.distanceTo(point) + point.distanceTo(after) - before.distanceTo(after) : 0
  }
  const best = corners.map((_, index) => around(index)).reduce((least, value, index, all) => (value < (all[least] ?? Infinity) ? index : least), 0)
  return corners.length < 3 ? [...corners, point] : [...corners.slice(0, best + 1), point, ...corners.slice(best + 1)]
}

function read(text: string): L.LatLng[] {
  try {
    const shape = JSON.parse(text) as Shape
    const rings = shape.type === "MultiPolygon" ? (shape.coordinates as Position[][][]).map((part) => part[0] ?? []) : [(shape.coordinates as Position[][])[0] ?? []]
    const largest = rings.reduce((one, other) => (other.length > one.length ? other : one), [])
    return largest.slice(0, -1).map(([longitude, latitude]) => L.latLng(latitude, longitude))
  } catch {
    return []
  }
}
