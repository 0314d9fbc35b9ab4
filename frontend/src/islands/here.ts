/** A form that is sent with where one is, in its fields `latitude` and `longitude`. Its button goes when the browser cannot say it. */
export function mount(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) throw new Error("A position needs its form")
  const status = form.querySelector<HTMLElement>("[data-here-words]")
  const button = form.querySelector("button")
  if (!button) return
  button.hidden = !("geolocation" in navigator)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    button.setAttribute("aria-busy", "true")
    if (status) status.textContent = ""
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put(form, "latitude", coords.latitude)
        put(form, "longitude", coords.longitude)
        form.submit()
      },
      () => {
        button.removeAttribute("aria-busy")
        if (status) status.textContent = status.dataset["hereWords"] ?? ""
      },
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 15_000 },
    )
  })
}

function put(form: HTMLFormElement, name: string, value: number): void {
  const field = form.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.value = String(value)
}
