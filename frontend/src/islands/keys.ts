/**
 * The operator's keys: j and k through a list (`[data-item]` in `[data-list]`), e to the decision, o opens, / finds, q goes back, ? helps.
 * They are single letters, so they can be turned off (in the help), and are letters while somebody types.
 */
const OFF = "keys-off"
const TYPED = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select"

export function mount(search: HTMLElement): () => void {
  const help = document.getElementById(search.dataset["help"] ?? "")
  const toggle = help?.querySelector<HTMLInputElement>("[data-keys-on]")
  if (toggle) {
    toggle.checked = localStorage.getItem(OFF) === null
    toggle.addEventListener("change", () => {
      if (toggle.checked) localStorage.removeItem(OFF)
      else localStorage.setItem(OFF, "")
    })
  }
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return
    if (event.target.matches(TYPED)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur()
      return
    }
    if (localStorage.getItem(OFF) !== null || document.querySelector("dialog[open]")) return
    const act = actions[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  const actions: Record<string, () => void> = {
    j: () => step(1),
    k: () => step(-1),
    e: decide,
    o: () => (document.querySelector<HTMLElement>("#pane [data-open]") ?? current())?.click(),
    q: () => document.querySelector<HTMLElement>(".desk__rail .rail__place")?.click(),
    "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
    "?": () => (help instanceof HTMLDialogElement ? help.showModal() : undefined),
  }
  const marked = (event: Event): void => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-item]") : null
    if (item) mark(item)
  }
  // Where the decision lies below the list (a phone), it comes into view as it arrives.
  const arrived = (event: Event): void => {
    const pane = event.target instanceof Element ? event.target : null
    if (pane?.id === "pane" && pane.getBoundingClientRect().top > window.innerHeight * 0.6) pane.scrollIntoView()
  }
  document.addEventListener("htmx:load", arrived)
  document.addEventListener("keydown", pressed)
  document.addEventListener("click", marked)
  return () => {
    document.removeEventListener("htmx:load", arrived)
    document.removeEventListener("keydown", pressed)
    document.removeEventListener("click", marked)
  }
}

function items(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-list] [data-item]")]
}

function current(): HTMLElement | undefined {
  const all = items()
  return all.find((item) => item === document.activeElement) ?? all.find((item) => item.ariaCurrent === "true")
}

function step(by: number): void {
  const all = items()
  const here = current()
  const next = all[here ? all.indexOf(here) + by : 0] ?? here
  if (!next) return
  next.focus()
  next.scrollIntoView({ block: "nearest" })
  if (next !== here && next.hasAttribute("hx-get")) next.click()
}

function mark(chosen: HTMLElement): void {
  for (const item of items()) {
    if (item === chosen) item.ariaCurrent = "true"
    else item.removeAttribute("aria-current")
  }
}

/** To the first field (or button) of what is to be done; a closed action is opened. */
function decide(): void {
  const action = document.querySelector<HTMLElement>("#pane [data-action][open], #pane form[data-action]") ?? document.querySelector<HTMLElement>("#pane [data-action]")
  if (!action) return
  if (action instanceof HTMLDetailsElement) action.open = true
  const field = action.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select") ?? action.querySelector<HTMLElement>("button[type=submit]")
  field?.focus()
}
