/** Light or dark at once, without a page load; the same form keeps it in a cookie for the server. */
export function startTaste(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target
    const pressed = (event as SubmitEvent).submitter
    if (!(form instanceof HTMLFormElement) || !(pressed instanceof HTMLButtonElement)) return
    if (form.dataset["taste"] === undefined || pressed.name !== "theme") return
    event.preventDefault()
    const { theme } = document.documentElement.dataset
    if (pressed.value) document.documentElement.dataset["theme"] = pressed.value
    else delete document.documentElement.dataset["theme"]
    for (const choice of form.querySelectorAll('button[name="theme"]')) choice.setAttribute("aria-pressed", String(choice === pressed))
    const body = new URLSearchParams(new FormData(form, pressed) as unknown as Record<string, string>)
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {
      if (theme) document.documentElement.dataset["theme"] = theme
    })
  })
}
