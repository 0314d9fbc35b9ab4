/**
 * Says aloud what changed in its element, once and politely: `data-says` names the parts whose text counts.
 * The element itself is the region; it only waits until the text has been still for a moment.
 */
const STILL_MS = 800

export function mount(element: HTMLElement): () => void {
  const region = document.createElement("div")
  region.className = "visually-hidden"
  region.setAttribute("role", "status")
  element.after(region)
  const parts = element.dataset["says"] ?? "[data-say]"
  const words = (): string => [...element.querySelectorAll(parts)].map((part) => part.textContent?.trim()).filter(Boolean).join(". ")
  let last = words()
  let waiting = 0
  const watcher = new MutationObserver(() => {
    window.clearTimeout(waiting)
    waiting = window.setTimeout(() => {
      const now = words()
      if (now !== last) region.textContent = last = now
    }, STILL_MS)
  })
  watcher.observe(element, { childList: true, subtree: true, characterData: true })
  return () => {
    window.clearTimeout(waiting)
    watcher.disconnect()
    region.remove()
  }
}
