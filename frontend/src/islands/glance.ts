import "../../styles/islands/glance.css"
import { countiesNear, METRES_A_DEGREE, METRES_A_MILE, shape, type County } from "../core/land"

interface Circle {
  latitude: number
  longitude: number
  radius: number
}

/** A map to be looked at and not touched: one area or point, the land around it, a scale. A fraction of the weight of the one that moves. */
export function mount(element: HTMLElement): () => void {
  const area = JSON.parse(element.dataset["area"] ?? "{}") as Circle
  const canvas = element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
  canvas.setAttribute("aria-hidden", "true")
  let counties: County[] = []

  const draw = (): void => {
    const [width, height] = [element.clientWidth, element.clientHeight]
    if (width === 0 || height === 0) return
    const reach = Math.max(area.radius * 2.2, 1_600)
    const metresAPixel = (2 * reach) / Math.min(width, height)
    const east = (METRES_A_DEGREE * Math.cos((area.latitude * Math.PI) / 180)) / metresAPixel
    const north = METRES_A_DEGREE / metresAPixel
    const at = ([longitude, latitude]: [number, number]): string => `${(width / 2 + (longitude - area.longitude) * east).toFixed(1)} ${(height / 2 - (latitude - area.latitude) * north).toFixed(1)}`
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`)
    canvas.replaceChildren(...counties.flatMap(({ rings }) => rings.map((ring) => shape("path", "glance__land", { d: `M${ring.map(at).join("L")}Z` }))))
    const middle = { cx: width / 2, cy: height / 2 }
    if (area.radius > 0) canvas.append(shape("circle", "glance__area", { ...middle, r: area.radius / metresAPixel }))
    canvas.append(shape("circle", "glance__point", { ...middle, r: 5 }))
    const mile = METRES_A_MILE / metresAPixel
    const scale = shape("text", "glance__words", { x: 16, y: height - 18 })
    scale.textContent = element.dataset["mile"] ?? ""
    canvas.append(shape("path", "glance__scale", { d: `M12 ${height - 16}v5h${mile.toFixed(1)}v-5` }), scale)
  }

  void countiesNear(area.latitude, area.longitude).then((found) => {
    counties = found
    draw()
  })
  const resized = new ResizeObserver(draw)
  resized.observe(element)
  return () => resized.disconnect()
}
