import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { Plugin } from "vite"
import { readPacks } from "./packs.ts"

/** Writes the drawings of the icons in use to `icons.json` beside the served files: templates put them inline. */
export function icons(list: string, packs: string, folder: string): Plugin {
  const drawings = join(dirname(createRequire(import.meta.url).resolve("lucide-static/package.json")), "icons")
  const draw = (name: string): string => {
    const svg = readFileSync(join(drawings, `${name}.svg`), "utf8")
    return svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "")
  }
  return {
    name: "icons",
    closeBundle() {
      const listed = JSON.parse(readFileSync(list, "utf8")) as string[]
      const names = new Set([...listed, ...readPacks(packs).flatMap((pack) => pack.icons)])
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, "icons.json"), JSON.stringify(Object.fromEntries([...names].sort().map((name) => [name, draw(name)]))))
    },
  }
}
