// Text as text. VS Code reads "[label](command:…)" in a message as a link that runs a command, and "$(name)" in
// a label as an icon. Names, values and errors come from the workspace, so none of it may be markup.
import { escapeHidden } from "./results/exact-json.js";

const WORD_JOINER = "\u2060"; // has no width, and no line breaks at it

/** The text, for messages, labels and prompts, so that VS Code shows it as it is. */
export function plain(text: string): string {
  return escapeHidden(text).replace(/([\]$])\(/g, `$1${WORD_JOINER}(`);
}
