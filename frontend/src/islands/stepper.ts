/** The two buttons beside a number. */
export function mount(element: HTMLElement): void {
  const input = element.querySelector("input")
  if (!input) throw new Error("A stepper needs its number")
  element.addEventListener("click", (event) => {
    const step = (event.target as Element).closest<HTMLElement>("[data-step]")?.dataset["step"]
    if (!step) return
    if (step === "down") input.stepDown()
    else input.stepUp()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    input.dispatchEvent(new Event("change", { bubbles: true }))
  })
}
