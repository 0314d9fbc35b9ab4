/**
 * Tells the parts of a page that something happened to this account: an event `feed` on the body, which parts ask for with
 * `hx-trigger="feed from:body, every 30s"`. It says nothing more, because a part always asks the server what is true now.
 *
 * What every page has asks on `told` instead: it comes with each `feed` but the first, the one after the page's own load.
 *
 * It listens only while somebody looks at a page that has such parts: a browser has few connections for a site.
 */
const TOGETHER_MS = 150

/**
 * What happens while a part is being asked for may have come too late for the answer, and whatever was kept waiting for the part
 * goes with it when it is replaced: it is told again afterwards.
 */
function tellAgain(tell: (...names: string[]) => void): void {
  const missed = new Set<string>()
  const asking = new Set<XMLHttpRequest>()
  // Before htmx hears of it: the asking that an event itself begins is not too early.
  for (const name of ["feed", "told"]) window.addEventListener(name, () => asking.size && missed.add(name), { capture: true })
  document.addEventListener("htmx:beforeSend", (event) => {
    const { elt, xhr } = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest }>).detail
    if (elt.getAttribute("hx-trigger")?.includes("from:body")) asking.add(xhr)
  })
  document.addEventListener("htmx:afterRequest", (event) => {
    asking.delete((event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr)
    if (asking.size || !missed.size) return
    tell(...missed)
    missed.clear()
  })
}

export function startFeed(): void {
  const address = document.body.dataset["feed"]
  if (!address || !document.querySelector('[hx-trigger*="feed from:body"], [hx-trigger*="told from:body"]')) return
  let source: EventSource | undefined
  let waiting = 0
  let isFresh = true
  let news = new Set<string>()
  const tell = (...names: string[]): void => {
    // What one command did comes as several rows; a part asks once for all of them.
    window.clearTimeout(waiting)
    for (const name of names) news.add(name)
    waiting = window.setTimeout(() => {
      const told = news
      news = new Set()
      for (const name of told) document.body.dispatchEvent(new CustomEvent(name))
    }, TOGETHER_MS)
  }
  tellAgain(tell)
  const tellAll = (): void => tell("feed", "told")
  const stop = (): void => {
    source?.close()
    source = undefined
  }
  const listen = (): void => {
    if (source || document.hidden) return
    source = new EventSource(address)
    // Also after a break: whatever happened meanwhile is asked for.
    source.addEventListener("open", () => {
      if (isFresh) tell("feed")
      else tellAll()
      isFresh = false
    })
    source.addEventListener("message", tellAll)
    // Something that no feed keeps has changed.
    source.addEventListener("look", tellAll)
    source.addEventListener("end", () => {
      stop()
      tellAll()
    })
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()))
  window.addEventListener("pagehide", stop)
  window.addEventListener("pageshow", listen)
  listen()
}
