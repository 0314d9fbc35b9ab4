import { resolve } from "node:path"
import { defineConfig } from "vite"
import { accents } from "./build/accents.ts"
import { compressed } from "./build/compressed.ts"
import { icons } from "./build/icons.ts"
import { images } from "./build/images.ts"
import { outlines } from "./build/outlines.ts"

const here = import.meta.dirname
const dist = resolve(process.env["GUILDHALL_BUILT"] ?? resolve(here, "dist"))
const verticals = resolve(process.env["GUILDHALL_VERTICALS"] ?? resolve(here, "../guildhall/verticals"))
// The first browsers that know light-dark(), the newest thing the styles use (May 2024).
const browsers = ["chrome123", "edge123", "firefox120", "safari17.5"]

export default defineConfig({
  root: here,
  base: "/static/",
  publicDir: false,
  build: {
    outDir: resolve(dist, "static"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: browsers,
    cssTarget: browsers,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { app: resolve(here, "src/app.ts"), styles: resolve(here, "styles/app.css") },
      checks: { eval: false }, // htmx has one, which allowEval=false never reaches
    },
  },
  plugins: [accents(verticals), icons(resolve(here, "icons.json"), verticals, dist), images(resolve(here, "images/icon.svg"), verticals), outlines(), compressed()],
})
