import type { Plugin } from "vite"
import { readPacks } from "./packs.ts"

/** Fills `@accents;` in the tokens with one accent per vertical pack. */
export function accents(folder: string): Plugin {
  return {
    name: "accents",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/styles/accents.css")) return undefined
      const rules = readPacks(folder).map(
        (pack) => `[data-vertical="${pack.key}"] { --accent: light-dark(${pack.accent}, ${pack.accentDark}); }`,
      )
      return { code: code.replace("/* one rule per pack */", rules.join("\n")), map: null }
    },
  }
}
