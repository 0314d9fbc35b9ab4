import "../../styles/islands/glance.css"
import { countiesNear, METRES_A_DEGREE, named, places, scale, shape, type County, type Point } from "../core/land"

/** Pixels around the two, for their names. */
const MARGIN = { x: 76, y: 34 }
const LEAST_METRES = 1_600

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
      ...places(points, (one) => [x(one.longitude), y(one.latitude)], [width, height], [pin, person].map((one) => [x(one.longitude), y(one.latitude)])),
      shape("path", "glance__way", { d: `M${line(pin)}L${line(person)}` }),
      shape("path", "glance__pin", { d: `M${line(pin)}l-8 -10a11 11 0 1 1 16 0z` }),
      named("glance__name", pin.label, x(pin.longitude) + 14, y(pin.latitude) - 8),
      shape("circle", "glance__person", { cx: x(person.longitude), cy: y(person.latitude), r: 8 }),
      named("glance__name", person.label, x(person.longitude) + 16, y(person.latitude) + 5),
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
