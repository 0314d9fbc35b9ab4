/**
 * `data-opens="id"` opens a dialog; `data-closes` closes the one around it, and so does a press beside it.
 * The rest (focus, Escape, what lies behind is out of reach) is the browser's.
 */
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return
    const opener = event.target.closest<HTMLElement>("[data-opens]")
    if (opener) {
      const dialog = document.getElementById(opener.dataset["opens"] ?? "")
      if (!(dialog instanceof HTMLDialogElement)) return
      event.preventDefault()
      dialog.showModal()
      return
    }
    if (event.target.closest("[data-closes]")) {
      event.target.closest("dialog")?.close()
      return
    }
    if (event.target instanceof HTMLDialogElement && isBeside(event.target, event as MouseEvent)) event.target.close()
  })
  // A dialog that comes from the server is opened as it arrives.
  document.addEventListener("htmx:load", (event) => {
    const found = (event.target as Element).closest?.<HTMLDialogElement>("dialog[data-open]")
    if (found && !found.open) found.showModal()
  })
}

function isBeside(dialog: HTMLElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}
