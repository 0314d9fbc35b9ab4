import { serverNow } from "../core/clock"

const SOON_SECONDS = 15
/** What is read aloud: often enough to know, seldom enough to work beside it. */
const SAID_AT = new Set([60, 30, 10, 0])

/** Counts down to `data-until`; sends `countdown:over` when it is reached (htmx may listen: hx-trigger="countdown:over"). */
export function mount(element: HTMLElement): () => void {
  const arrived = performance.now()
  const until = Date.parse(element.dataset["until"] ?? "")
  const total = Number(element.dataset["total"]) || 1
  const text = element.querySelector<HTMLElement>(".countdown__text")
  const rest = element.querySelector<SVGElement>(".countdown__rest")
  const said = element.querySelector<HTMLElement>(".countdown__said")
  let last = -1

  const show = (): void => {
    const seconds = Math.max(0, Math.ceil((until - serverNow(element, arrived)) / 1000))
    if (seconds === last) return
    last = seconds
    if (text) text.textContent = clock(seconds)
    rest?.setAttribute("stroke-dashoffset", String(100 * (1 - Math.min(1, seconds / total))))
    element.classList.toggle("countdown--soon", seconds <= SOON_SECONDS)
    if (said && SAID_AT.has(seconds)) said.textContent = text?.textContent ?? ""
    if (seconds > 0) return
    window.clearInterval(timer)
    element.classList.add("countdown--over")
    element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }))
  }
  const timer = window.setInterval(show, 250)
  show()
  return () => window.clearInterval(timer)
}

function clock(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number): string => String(value).padStart(2, "0")
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
