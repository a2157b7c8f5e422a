/** A line of text with a hint, and with what is wrong with the text. */
import { element, freshId, setText } from "./dom.js";

export interface TextFieldOptions {
  readonly label: string;
  readonly hint: string;
  readonly placeholder: string;
  readonly most: number;
  readonly onInput: (text: string) => void;
}

export interface TextField {
  readonly root: HTMLElement;
  set(text: string): void;
  /** Says what is wrong, aloud as well once the typing has paused; an empty text takes it back. */
  complain(problem: string): void;
}

/** Milliseconds without a key after which a text is taken for what was meant. */
const PAUSE = 400;

export function textField({ label, hint, placeholder, most, onInput }: TextFieldOptions): TextField {
  const id = freshId("text");
  const describedBy = `${id}-hint ${id}-problem`;
  const input = element("input", {
    type: "text",
    id,
    placeholder,
    maxlength: most,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    "aria-describedby": describedBy,
  });
  const problem = element("p", { class: "problem", id: `${id}-problem`, role: "status" });
  let timer = 0;
  const take = (): void => {
    window.clearTimeout(timer);
    timer = 0;
    onInput(input.value.trim());
  };
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(take, PAUSE);
  });
  // At once where the user is done: by Enter, or by leaving.
  input.addEventListener("change", take);
  const root = element(
    "div",
    { class: "text-field" },
    element("label", { for: id }, label),
    input,
    problem,
    element("p", { class: "hint", id: `${id}-hint` }, hint),
  );
  return {
    root,
    set(text) {
      // What is being typed is newer than what was taken.
      if (timer === 0 && input.value.trim() !== text) input.value = text;
    },
    complain(text) {
      setText(problem, text);
      input.setAttribute("aria-invalid", String(text !== ""));
    },
  };
}
