import htmx from "htmx.org/dist/htmx.esm.js"

interface RequestDetail {
  verb: string
  headers: Record<string, string>
}

/** htmx under a strict content policy; the server's refusals (409, 410, 422, 429) carry what to show, so they are swapped in. */
export function startHtmx(): void {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    scrollIntoViewOnBoost: false,
    timeout: 20_000,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "...", swap: true, error: true },
    ],
  })
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, headers } = (event as CustomEvent<RequestDetail>).detail
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content
    if (token && verb !== "get") headers["X-CSRFToken"] = token
  })
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, showOffline)
}

/** The words are the page's, in its language: a template with a toast in it. */
function showOffline(): void {
  const words = document.querySelector<HTMLTemplateElement>("#toast-offline")
  const toasts = document.querySelector("#toasts")
  if (words && toasts && !toasts.querySelector("[data-offline]")) toasts.append(words.content.cloneNode(true))
}
