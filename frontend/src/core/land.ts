import { states } from "virtual:outlines"

/** Longitude, latitude. */
type Corner = [number, number]
export type County = { name: string; rings: Corner[][] }

/** Metres of a degree of latitude. */
export const METRES_A_DEGREE = 111_320
export const METRES_A_MILE = 1_609.344

/** What a small map names: a `place` to read it by, the `pin` it is about, a `person` somewhere. */
export interface Point {
  latitude: number
  longitude: number
  label: string
  kind: "place" | "pin" | "person"
}

/** The outlines of the counties around a point: what a small map draws its land from. */
export async function countiesNear(latitude: number, longitude: number): Promise<County[]> {
  const near = states.filter(({ box: [west, south, east, north] }) => longitude >= west - 0.5 && longitude <= east + 0.5 && latitude >= south - 0.5 && latitude <= north + 0.5)
  const found = await Promise.all(near.map(async ({ url }) => (await (await fetch(url)).json()) as County[]))
  const isNear = ([east, north]: Corner): boolean => Math.abs(east - longitude) < 2 && Math.abs(north - latitude) < 2
  return found.flat().filter(({ rings }) => rings.some((ring) => ring.some(isNear)))
}

/** An element of a drawing. */
export function shape(name: string, look: string, values: Record<string, string | number>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name)
  made.setAttribute("class", look)
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, String(value))
  return made
}

/** A name written at a place of a drawing. */
export function named(look: string, label: string, x: number, y: number): SVGElement {
  const name = shape("text", look, { x, y })
  name.textContent = label
  return name
}

/** Pixels of a name, and of the edge that it keeps. */
const NAME = { width: 44, height: 18, edge: 8 }

/** The places by which a map without tiles is read, as many as do not lie on one another, on what is `taken`, or on the scale. */
export function places(points: Point[], at: (one: Point) => [number, number], [width, height]: [number, number], taken: [number, number][]): SVGElement[] {
  const kept: [number, number][] = [...taken, [NAME.width, height - NAME.height]]
  return points.flatMap((one) => {
    const [x, y] = at(one)
    const isIn = x > NAME.edge && y > NAME.height && x < width - NAME.width && y < height - NAME.edge
    if (one.kind !== "place" || !isIn || kept.some(([left, top]) => Math.abs(left - x) < 1.6 * NAME.width && Math.abs(top - y) < 1.4 * NAME.height)) return []
    kept.push([x, y])
    return [shape("circle", "glance__place", { cx: x, cy: y, r: 2.5 }), named("glance__words", one.label, x + 7, y + 4)]
  })
}

const MILES = [0.25, 0.5, 1, 2, 5, 10, 20, 50]
const SCALE_LEAST = 36

/** How long a number of miles is on a map of so many metres a pixel. */
export function scale(metresAPixel: number, height: number, unit: string): SVGElement[] {
  const miles = MILES.find((one) => (one * METRES_A_MILE) / metresAPixel >= SCALE_LEAST) ?? 100
  const length = ((miles * METRES_A_MILE) / metresAPixel).toFixed(1)
  return [shape("path", "glance__scale", { d: `M12 ${height - 16}v5h${length}v-5` }), named("glance__words", `${miles.toLocaleString(document.documentElement.lang)} ${unit}`, 16, height - 18)]
}
