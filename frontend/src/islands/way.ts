import "../../styles/islands/glance.css"
import { countiesNear, METRES_A_DEGREE, METRES_A_MILE, shape, type County } from "../core/land"

interface Point {
  latitude: number
  longitude: number
  label: string
  kind: "pin" | "person"
}

/** Pixels around the two, for their names. */
const MARGIN = { x: 76, y: 34 }
const LEAST_METRES = 600
const MILES = [0.25, 0.5, 1, 2, 5, 10, 20, 50]
const SCALE_LEAST = 36

/**
 * A small map of somebody who comes to a place: both, and the straight way between. The element named by `data-follow` says in `data-points`
 * where they are; the map goes along each time htmx has renewed it. To be looked at and not touched, and so a fraction of the other's weight.
 */
export function mount(element: HTMLElement): () => void {
  const canvas = element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
  canvas.setAttribute("aria-hidden", "true")
  let counties: County[] = []
  const read = (): Point[] => JSON.parse(document.getElementById(element.dataset["follow"] ?? "")?.dataset["points"] ?? "[]") as Point[]

  const draw = (): void => {
    const [width, height] = [element.clientWidth, element.clientHeight]
    const points = read()
    const [pin, person] = [points.find(({ kind }) => kind === "pin"), points.find(({ kind }) => kind === "person")]
    if (!pin || !person || width === 0 || height === 0) return
    const middle = { latitude: (pin.latitude + person.latitude) / 2, longitude: (pin.longitude + person.longitude) / 2 }
    const metresEast = METRES_A_DEGREE * Math.cos((middle.latitude * Math.PI) / 180)
    const wide = Math.max(Math.abs(pin.longitude - person.longitude) * metresEast, LEAST_METRES)
    const high = Math.max(Math.abs(pin.latitude - person.latitude) * METRES_A_DEGREE, LEAST_METRES)
    const metresAPixel = Math.max(wide / Math.max(width - 2 * MARGIN.x, 40), high / Math.max(height - 2 * MARGIN.y, 40))
    const x = (longitude: number): number => width / 2 + ((longitude - middle.longitude) * metresEast) / metresAPixel
    const y = (latitude: number): number => height / 2 - ((latitude - middle.latitude) * METRES_A_DEGREE) / metresAPixel
    const at = ([longitude, latitude]: [number, number]): string => `${x(longitude).toFixed(1)} ${y(latitude).toFixed(1)}`
    const line = (one: Point): string => at([one.longitude, one.latitude])
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`)
    canvas.replaceChildren(
      ...counties.flatMap(({ rings }) => rings.map((ring) => shape("path", "glance__land", { d: `M${ring.map(at).join("L")}Z` }))),
      shape("path", "glance__way", { d: `M${line(pin)}L${line(person)}` }),
      ...named(shape("path", "glance__pin", { d: `M${line(pin)}l-8 -10a11 11 0 1 1 16 0z` }), pin.label, x(pin.longitude) + 14, y(pin.latitude) - 8),
      ...named(shape("circle", "glance__person", { cx: x(person.longitude), cy: y(person.latitude), r: 8 }), person.label, x(person.longitude) + 16, y(person.latitude) + 5),
      ...scale(metresAPixel, height, element.dataset["unit"] ?? ""),
    )
  }

  const [first] = read()
  if (first)
    void countiesNear(first.latitude, first.longitude).then((found) => {
      counties = found
      draw()
    })
  const resized = new ResizeObserver(draw)
  resized.observe(element)
  document.body.addEventListener("htmx:afterSettle", draw)
  return () => {
    resized.disconnect()
    document.body.removeEventListener("htmx:afterSettle", draw)
  }
}

function named(mark: SVGElement, label: string, x: number, y: number): SVGElement[] {
  const name = shape("text", "glance__name", { x, y })
  name.textContent = label
  return [mark, name]
}

function scale(metresAPixel: number, height: number, unit: string): SVGElement[] {
  const miles = MILES.find((one) => (one * METRES_A_MILE) / metresAPixel >= SCALE_LEAST) ?? 100
  const words = shape("text", "glance__words", { x: 16, y: height - 18 })
  words.textContent = `${miles.toLocaleString(document.documentElement.lang)} ${unit}`
  return [shape("path", "glance__scale", { d: `M12 ${height - 16}v5h${((miles * METRES_A_MILE) / metresAPixel).toFixed(1)}v-5` }), words]
}
