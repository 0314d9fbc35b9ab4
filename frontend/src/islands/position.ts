type State = "off" | "asking" | "on" | "rough" | "denied"

const CHOICE = "position"
const GONE = new Set([401, 403, 404, 409])
const TOO_ROUGH = 422

/**
 * Tells where its owner is every `data-seconds` to `data-to`, from the moment they want it and the browser lets it, until they stop it, the
 * way is over (the server says so), or the page is left. What stands in `[data-when="on denied"]` is shown in these states only.
 */
export function mount(element: HTMLElement): () => void {
  const { start, stop } = { start: element.querySelector<HTMLButtonElement>("[data-start]"), stop: element.querySelector<HTMLButtonElement>("[data-stop]") }
  const sent = element.querySelector<HTMLElement>("[data-sent]")
  const seconds = Number(element.dataset["seconds"]) || 20
  let timer = 0

  const show = (state: State): void => {
    for (const part of element.querySelectorAll<HTMLElement>("[data-when]")) part.hidden = !part.dataset["when"]?.split(" ").includes(state)
  }
  const end = (state: State): void => {
    window.clearInterval(timer)
    timer = 0
    show(state)
  }
  const tell = async ({ coords }: GeolocationPosition): Promise<void> => {
    if (timer === 0) return
    const answer = await send(element.dataset["to"] ?? "", coords)
    if (GONE.has(answer.status)) return end("off")
    if (timer === 0) return
    show(answer.status === TOO_ROUGH ? "rough" : "on")
    if (answer.ok && sent) sent.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }).format(new Date())
  }
  const look = (): void => {
    if (document.hidden) return
    navigator.geolocation.getCurrentPosition(
      // Without a network the next one goes out.
      (found) => void tell(found).catch(() => undefined),
      (error) => error.code === error.PERMISSION_DENIED && end("denied"),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: (seconds - 2) * 1_000 },
    )
  }
  const begin = (): void => {
    if (timer !== 0) return
    remember("yes")
    show("asking")
    timer = window.setInterval(look, seconds * 1_000)
    look()
  }
  const wake = (): void => {
    if (timer !== 0) look()
  }

  if (!("geolocation" in navigator)) {
    show("denied")
    return () => undefined
  }
  show("off")
  start?.addEventListener("click", begin)
  stop?.addEventListener("click", () => {
    remember("no")
    end("off")
  })
  document.addEventListener("visibilitychange", wake)
  // Who has agreed once need not be asked on each way; who has stopped it is not asked again.
  if (remembered() === "yes") void navigator.permissions.query({ name: "geolocation" }).then((permission) => permission.state === "granted" && element.isConnected && begin())
  return () => {
    window.clearInterval(timer)
    timer = 0
    document.removeEventListener("visibilitychange", wake)
  }
}

function send(to: string, coords: GeolocationCoordinates): Promise<Response> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? ""
  const body = new URLSearchParams({ latitude: String(coords.latitude), longitude: String(coords.longitude), accuracy_metres: String(coords.accuracy) })
  return fetch(to, { method: "POST", headers: { "X-CSRFToken": token }, body })
}

function remember(choice: "yes" | "no"): void {
  try {
    localStorage.setItem(CHOICE, choice)
  } catch {
    // Private windows may keep nothing: one is asked again.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(CHOICE)
  } catch {
    return null
  }
}
