/** What a module in `src/islands/` exports: brings one element to life; what it gives back is called when the element goes. */
export interface Island {
  mount(element: HTMLElement): void | (() => void)
}

const modules = import.meta.glob<Island>("../islands/*.ts")
const endings = new Map<Element, () => void>()

/** Starts an element's island (`data-island="name"`) when it is about to be seen, also in what comes to the page later. */
export function startIslands(): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue
        seen.unobserve(target)
        void start(target as HTMLElement)
      }
    },
    { rootMargin: "160px" },
  )
  const watch = (root: ParentNode): void => {
    for (const element of root.querySelectorAll("[data-island]:not([data-island-running])")) seen.observe(element)
  }
  watch(document)
  new MutationObserver((changes) => {
    for (const [element, end] of endings) {
      if (element.isConnected) continue
      endings.delete(element)
      end()
    }
    if (changes.some((change) => change.addedNodes.length > 0)) watch(document)
  }).observe(document.body, { childList: true, subtree: true })
}

async function start(element: HTMLElement): Promise<void> {
  const name = element.dataset["island"] ?? ""
  const load = modules[`../islands/${name}.ts`]
  if (!load) throw new Error(`There is no island ${name}`)
  const island = await load()
  if (element.dataset["islandRunning"] !== undefined || !element.isConnected) return
  element.dataset["islandRunning"] = ""
  const end = island.mount(element)
  if (end) endings.set(element, end)
}
