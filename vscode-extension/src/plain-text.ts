// Escapes markup. VS Code shows "[label](command:…)" in a message as a link that runs a command, and "$(name)" in a label
// as an icon. Names, values and errors come from the workspace, so they must not be read as markup.
import { escapeHidden } from "./results/exact-json.js";

const WORD_JOINER = "\u2060"; // zero width, no line break

/** Returns text for a message, label or prompt, changed so that VS Code shows it as it is. */
export function plain(text: string): string {
  return escapeHidden(text).replace(/([\]$])\(/g, `$1${WORD_JOINER}(`);
}
