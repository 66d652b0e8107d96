/** Expressions for drivers whose own calls differ; as text, since they run in the page. */

/** Texts of the elements that fit a selector. */
export function textsOf(selector: string): string {
  return `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.textContent.trim())`;
}

/** Fills the page's first form by field names and sends it. */
export function submitForm(fields: Readonly<Record<string, string>>): string {
  return `(() => {
    const form = document.querySelector('form[method="post" i]');
    for (const [name, value] of Object.entries(${JSON.stringify(fields)})) form.elements.namedItem(name).value = value;
    form.requestSubmit();
  })()`;
}
