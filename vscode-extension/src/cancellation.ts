// Waiting that ends when a token is cancelled.
import * as vscode from "vscode";

/** Settles as `work` does, or rejects with a CancellationError once `token` is cancelled. */
export async function unlessCancelled<T>(work: Promise<T>, token: vscode.CancellationToken): Promise<T> {
  if (token.isCancellationRequested) {
    work.catch(() => undefined);
    throw new vscode.CancellationError();
  }
  let listener: vscode.Disposable | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    listener = token.onCancellationRequested(() => {
      reject(new vscode.CancellationError());
    });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    listener?.dispose();
  }
}
