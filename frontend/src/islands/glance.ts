import "../../styles/islands/glance.css"
import { countiesNear, METRES_A_DEGREE, named, places, scale, shape, type County, type Point } from "../core/land"

interface Circle {
  latitude: number
  longitude: number
  radius: number
}

/** A base farther away than this is told by the distance beside the map: drawn in, it would leave nothing of the rest. */
const BASE_MOST_METRES = 25_000
/** What is around: less would show nothing to read the map by. */
const LEAST_METRES = 3_600
const NAME_ROOM = 90

/**
 * A map to be looked at and not touched: one area or point, the land and the places around it, the base of who looks, a scale. A fraction of
 * the weight of the one that moves.
 */
export function mount(element: HTMLElement): () => void {
  const area = JSON.parse(element.dataset["area"] ?? "{}") as Circle
  const points = JSON.parse(element.dataset["points"] ?? "[]") as Point[]
  const canvas = element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
  canvas.setAttribute("aria-hidden", "true")
  let counties: County[] = []

  const draw = (): void => {
    const [width, height] = [element.clientWidth, element.clientHeight]
    if (width === 0 || height === 0) return
    const metresEast = METRES_A_DEGREE * Math.cos((area.latitude * Math.PI) / 180)
    const away = (one: Point): [number, number] => [Math.abs(one.longitude - area.longitude) * metresEast, Math.abs(one.latitude - area.latitude) * METRES_A_DEGREE]
    const base = points.find((one) => one.kind === "person" && Math.hypot(...away(one)) <= BASE_MOST_METRES)
    const [wide, high] = base ? away(base) : [0, 0]
    const reach = Math.max(area.radius * 2.2, LEAST_METRES)
    const metresAPixel = Math.max((2 * reach) / Math.min(width, height), (2.5 * wide) / width, (2.5 * high) / height)
    const east = metresEast / metresAPixel
    const north = METRES_A_DEGREE / metresAPixel
    const at = ([longitude, latitude]: [number, number]): string => `${(width / 2 + (longitude - area.longitude) * east).toFixed(1)} ${(height / 2 - (latitude - area.latitude) * north).toFixed(1)}`
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`)
    canvas.replaceChildren(...counties.flatMap(({ rings }) => rings.map((ring) => shape("path", "glance__land", { d: `M${ring.map(at).join("L")}Z` }))))
    const middle = { cx: width / 2, cy: height / 2 }
    const placed = (one: Point): [number, number] => [width / 2 + (one.longitude - area.longitude) * east, height / 2 - (one.latitude - area.latitude) * north]
    canvas.append(...places(points, placed, [width, height], [[width / 2, height / 2], ...(base ? [placed(base)] : [])]))
    if (base) {
      const [x, y] = placed(base)
      canvas.append(shape("path", "glance__way", { d: `M${x} ${y}L${width / 2} ${height / 2}` }), shape("circle", "glance__person", { cx: x, cy: y, r: 6 }))
      canvas.append(x > width - NAME_ROOM ? named("glance__name glance__name--before", base.label, x - 13, y + 4) : named("glance__name", base.label, x + 13, y + 4))
    }
    if (area.radius > 0) canvas.append(shape("circle", "glance__area", { ...middle, r: area.radius / metresAPixel }))
    canvas.append(shape("circle", "glance__point", { ...middle, r: 5 }))
    canvas.append(...scale(metresAPixel, height, element.dataset["unit"] ?? ""))
  }

  void countiesNear(area.latitude, area.longitude).then((found) => {
    counties = found
    draw()
  })
  const resized = new ResizeObserver(draw)
  resized.observe(element)
  return () => resized.disconnect()
}
