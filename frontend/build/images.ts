import { readFileSync } from "node:fs"
import type { Plugin } from "vite"
import { readPacks } from "./packs.ts"

const COLOUR = "#4338ca"

/** The icon of the application, once in each vertical's colour: `images/icon-av.svg` in the manifest. */
export function images(drawing: string, packs: string): Plugin {
  return {
    name: "images",
    buildStart() {
      const source = readFileSync(drawing, "utf8")
      for (const { key, accent } of readPacks(packs)) {
        const name = `icon-${key}.svg`
        this.emitFile({ type: "asset", name, originalFileName: `images/${name}`, source: source.replace(COLOUR, accent) })
      }
    },
  }
}
