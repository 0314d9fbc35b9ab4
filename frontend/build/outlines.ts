import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { feature } from "topojson-client"
import type { GeometryCollection, Topology } from "topojson-specification"
import type { Geometry, Position } from "geojson"
import type { Plugin } from "vite"

const NAME = "virtual:outlines"
const PRECISION = 1000 // about 100 m, the grain of the source
const rounded = (value: number): number => Math.round(value * PRECISION) / PRECISION

type Ring = [number, number][]

function rings(geometry: Geometry): Ring[] {
  const polygons: Position[][][] =
    geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : []
  return polygons.flat().map((ring) => ring.map(([longitude = 0, latitude = 0]) => [rounded(longitude), rounded(latitude)]))
}

/** One small file of county outlines per state, and an index of where each lies: `import { states } from "virtual:outlines"`. */
export function outlines(): Plugin {
  return {
    name: "outlines",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined
      const source = createRequire(import.meta.url).resolve("us-atlas/counties-10m.json")
      const atlas = JSON.parse(readFileSync(source, "utf8")) as Topology<{ counties: GeometryCollection<{ name: string }> }>
      const byState = new Map<string, { name: string; rings: Ring[] }[]>()
      for (const county of feature(atlas, atlas.objects.counties).features) {
        const state = String(county.id).slice(0, 2)
        byState.set(state, [...(byState.get(state) ?? []), { name: county.properties.name, rings: rings(county.geometry) }])
      }
      const index = [...byState].map(([state, counties]) => {
        const points = counties.flatMap((county) => county.rings.flat())
        const reference = this.emitFile({ type: "asset", name: `outlines-${state}.json`, source: JSON.stringify(counties) })
        const xs = points.map(([x]) => x)
        const ys = points.map(([, y]) => y)
        const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
        return `{ box: ${JSON.stringify(box)}, url: import.meta.ROLLUP_FILE_URL_${reference} }`
      })
      return `export const states = [${index.join(",\n")}]`
    },
  }
}
