import { states } from "virtual:outlines"

/** Longitude, latitude. */
type Corner = [number, number]
export type County = { name: string; rings: Corner[][] }

/** Metres of a degree of latitude. */
export const METRES_A_DEGREE = 111_320
export const METRES_A_MILE = 1_609.344

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
