/** A form that a passkey fills in: asks for the question, lets the device answer, sends the answer as any form is sent. Its button is shown when it works, and goes where there are no passkeys. */
export function mount(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) throw new Error("A passkey needs its form")
  const button = form.querySelector("button")
  const status = form.querySelector<HTMLElement>("[data-passkey-words]")
  if (!button || !status) throw new Error("A passkey needs its button and its words")
  if (typeof PublicKeyCredential !== "function" || !("parseRequestOptionsFromJSON" in PublicKeyCredential)) {
    button.hidden = true
    return
  }
  button.classList.remove("unseen")
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    status.textContent = ""
    button.setAttribute("aria-busy", "true")
    answer(form).then(
      () => form.submit(),
      () => {
        button.removeAttribute("aria-busy")
        status.textContent = status.dataset["passkeyWords"] ?? ""
      },
    )
  })
}

async function answer(form: HTMLFormElement): Promise<void> {
  const token = field(form, "csrfmiddlewaretoken").value
  const response = await fetch(form.dataset["question"] ?? "", { method: "POST", headers: { "X-CSRFToken": token } })
  if (!response.ok) throw new Error(`The question was refused: ${response.status}`)
  const question = (await response.json()) as { id: string; options: string }
  const options: unknown = JSON.parse(question.options)
  const credential =
    form.dataset["passkey"] === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON),
        })
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The device gave no passkey")
  field(form, "challenge_id").value = question.id
  field(form, "answer").value = JSON.stringify(credential.toJSON())
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name)
  if (!(found instanceof HTMLInputElement)) throw new Error(`The form has no field ${name}`)
  return found
}
