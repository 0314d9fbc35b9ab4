import { serverNow } from "../core/clock"

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

/** Keeps "3 minutes ago" true while the page stays open. */
export function mount(element: HTMLElement): () => void {
  const arrived = performance.now()
  const at = Date.parse(element.getAttribute("datetime") ?? "")
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: element.dataset["style"] === "narrow" ? "narrow" : "long" })

  const show = (): void => {
    const seconds = Math.round((at - serverNow(element, arrived)) / 1000)
    const [unit, size] = STEPS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1]
    element.textContent = unit === "second" ? words.format(0, "second") : words.format(Math.trunc(seconds / size), unit)
  }
  const timer = window.setInterval(show, 30_000)
  show()
  return () => window.clearInterval(timer)
}
