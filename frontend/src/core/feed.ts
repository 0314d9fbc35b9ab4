/**
 * Tells the parts of a page that something happened to this account: an event `feed` on the body, which parts ask for with
 * `hx-trigger="feed from:body, every 30s"`. It says nothing more, because a part always asks the server what is true now.
 *
 * It listens only while somebody looks at a page that has such parts: a browser has few connections for a site.
 */
const TOGETHER_MS = 150

export function startFeed(): void {
  const address = document.body.dataset["feed"]
  if (!address || !document.querySelector('[hx-trigger*="feed from:body"]')) return
  let source: EventSource | undefined
  let waiting = 0
  const tell = (): void => {
    // What one command did comes as several rows; a part asks once for all of them.
    window.clearTimeout(waiting)
    waiting = window.setTimeout(() => document.body.dispatchEvent(new CustomEvent("feed")), TOGETHER_MS)
  }
  const stop = (): void => {
    source?.close()
    source = undefined
  }
  const listen = (): void => {
    if (source || document.hidden) return
    source = new EventSource(address)
    // Also after a break: whatever happened meanwhile is asked for.
    source.addEventListener("open", tell)
    source.addEventListener("message", tell)
    // Something that no feed keeps has changed.
    source.addEventListener("look", tell)
    source.addEventListener("end", () => {
      stop()
      tell()
    })
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()))
  window.addEventListener("pagehide", stop)
  window.addEventListener("pageshow", listen)
  listen()
}
