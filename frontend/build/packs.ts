import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Pack {
  key: string
  accent: string
  accentDark: string
  icons: string[]
}

/** What the pages need of the vertical packs. The launcher has checked the packs; here a line each is read. */
export function readPacks(folder: string): Pack[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map((entry) => {
      const text = readFileSync(join(folder, entry.name, "pack.yaml"), "utf8")
      const colour = (name: string): string => {
        const found = new RegExp(`^\\s+${name}: "(#[0-9a-f]{6})"`, "m").exec(text)?.[1]
        if (!found) throw new Error(`${entry.name}/pack.yaml has no ${name}`)
        return found
      }
      const icons = [...text.matchAll(/^\s+icon: ([a-z0-9-]+)/gm)].map((match) => match[1] ?? "")
      return { key: entry.name, accent: colour("accent"), accentDark: colour("accent_dark"), icons }
    })
}
