// An icon of the codicon font. <vscode-icon> would load the style sheet again for each, of which a table has hundreds.
import { html, type TemplateResult } from "lit";

export function icon(name: string, style = ""): TemplateResult {
  return html`<span class="codicon codicon-${name} ${style}" aria-hidden="true"></span>`;
}
