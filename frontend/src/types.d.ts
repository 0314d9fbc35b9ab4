declare module "virtual:outlines" {
  /** Where a state lies (west, south, east, north, in degrees) and where its counties' outlines are. */
  export const states: { box: [number, number, number, number]; url: string }[]
}

declare module "htmx.org" {
  const htmx: typeof import("htmx.org/dist/htmx.esm.js").default
  export default htmx
}
