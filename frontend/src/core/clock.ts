const loadedAt = performance.now()

/**
 * The server's now in milliseconds since 1970, whatever this device's clock says.
 *
 * `data-now` on the element (or on one around it) is the server's now when it wrote the page; `since` is when it came.
 */
export function serverNow(element: Element, since: number = loadedAt): number {
  const written = element.closest<HTMLElement>("[data-now]")?.dataset["now"]
  return written ? Date.parse(written) + (performance.now() - since) : Date.now()
}
