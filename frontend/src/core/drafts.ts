interface SwapDetail {
  target: Element
  shouldSwap: boolean
  requestConfig: { elt: Element }
}

/**
 * A part that renews itself waits while somebody is filling in a form of it: what was typed or chosen, and the place one is at, would be
 * gone. It asks again with the next change, and sending the form loads the page anew.
 */
export function startDrafts(): void {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<SwapDetail>).detail
    if (detail.requestConfig.elt.matches('[hx-trigger*="feed from:body"]') && isBeingFilledIn(detail.target)) detail.shouldSwap = false
  })
}

function isBeingFilledIn(part: Element): boolean {
  const written = part.querySelector("input:not([type=checkbox], [type=radio]):focus, textarea:focus")
  return Boolean(written) || [...part.querySelectorAll("input, textarea, select")].some(isChanged)
}

function isChanged(field: Element): boolean {
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected)
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue
  if (!(field instanceof HTMLInputElement) || field.type === "hidden") return false
  if (field.type === "file") return Boolean(field.files?.length)
  return field.checked !== field.defaultChecked || field.value !== field.defaultValue
}
