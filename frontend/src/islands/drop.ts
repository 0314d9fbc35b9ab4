const MEGABYTE = 1_048_576

/** Shows what was chosen, and that something held above the area may be let go. The server judges every file. */
export function mount(element: HTMLElement): void {
  const input = element.querySelector<HTMLInputElement>('input[type="file"]')
  const chosen = element.querySelector<HTMLElement>(".drop__chosen")
  if (!input || !chosen) throw new Error("A drop area needs its file field and a place for what was chosen")
  let shown: string[] = []
  const show = (): void => {
    for (const url of shown) URL.revokeObjectURL(url)
    shown = []
    chosen.replaceChildren(...[...(input.files ?? [])].map((file) => describe(file, shown)))
  }
  input.addEventListener("change", show)
  for (const name of ["dragenter", "dragover"]) element.addEventListener(name, () => element.classList.add("drop--over"))
  for (const name of ["dragleave", "drop"]) element.addEventListener(name, () => element.classList.remove("drop--over"))
  show()
}

function describe(file: File, urls: string[]): HTMLElement {
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img")
    picture.src = URL.createObjectURL(file)
    picture.alt = file.name
    urls.push(picture.src)
    return picture
  }
  const line = document.createElement("span")
  line.className = "badge"
  line.textContent = `${file.name} (${(file.size / MEGABYTE).toFixed(1)} MB)`
  return line
}
