// All messages of the extension, shown as plain text.
import * as vscode from "vscode";
import { plain } from "./plain-text.js";

export function showInformation<T extends string>(text: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showInformationMessage(plain(text), ...buttons);
}

export function showWarning<T extends string>(text: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showWarningMessage(plain(text), ...buttons);
}

/** Asks in a dialog. Returns whether the button was pressed. */
export async function confirm(text: string, button: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(plain(text), { modal: true }, button)) === button;
}

export function showError<T extends string>(text: string, ...buttons: T[]): Thenable<T | undefined> {
  return vscode.window.showErrorMessage(plain(text), ...buttons);
}
