const SHOWN_MS = 6_000

/** Takes a toast away when its cross is pressed, or after a while unless somebody is at it; errors stay. */
export function startToasts(): void {
  const toasts = document.querySelector<HTMLElement>("#toasts")
  if (!toasts) return
  toasts.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".toast__close")) event.target.closest(".toast")?.remove()
  })
  const later = (toast: Element): void => {
    if (toast.matches(".toast--danger, .toast--warning")) return
    window.setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) later(toast)
      else toast.remove()
    }, SHOWN_MS)
  }
  for (const toast of toasts.children) later(toast)
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node instanceof Element) later(node)
  }).observe(toasts, { childList: true })
}
