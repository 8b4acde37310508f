// The UDFs of a Go file, as the language server finds them in its current text.
import * as vscode from "vscode";
import { isUdf, type UdfSymbol } from "./call.js";

export async function udfsIn(file: vscode.Uri): Promise<UdfSymbol[]> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    file,
  );
  return (symbols ?? [])
    .filter(isUdf)
    .map(({ name, detail, range }) => ({ name, detail, first: range.start.line, last: range.end.line }));
}
