// What the unit tests need of the module "vscode", which exists only in VS Code.
import { posix } from "node:path";

type Listener<T> = (value: T) => void;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}

/** The exports of the installed extensions. */
export const installed = new Map<string, unknown>();

export const extensions = {
  getExtension(id: string) {
    return installed.has(id) ? { isActive: true, exports: installed.get(id) } : undefined;
  },
};

export class Uri {
  constructor(readonly path: string) {}

  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return new Uri(posix.join(uri.path, ...parts));
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    return `file://${this.path}`;
  }
}

export class RelativePattern {
  constructor(
    readonly baseUri: Uri,
    readonly pattern: string,
  ) {}
}

type FindFiles = (place: string | RelativePattern, excluded: string, limit: number) => Promise<Uri[]>;

/** A test replaces what it needs. */
export const workspace: {
  findFiles: FindFiles;
  readonly getConfiguration: () => { readonly get: (name: string, otherwise: string) => string };
} = {
  findFiles: () => Promise.resolve([]),
  getConfiguration: () => ({ get: (_name, otherwise) => otherwise }),
};

export enum ProgressLocation {
  Notification = 15,
}

interface Progress {
  readonly report: () => void;
}

interface Token {
  readonly onCancellationRequested: () => void;
}

/** Presses the first button of each message; a test replaces what it needs. */
export const window = {
  showInformationMessage: (_text: string, ...buttons: string[]) => Promise.resolve(buttons[0]),
  showWarningMessage: (_text: string, ...buttons: string[]) => Promise.resolve(buttons[0]),
  withProgress<T>(_options: object, work: (progress: Progress, token: Token) => Promise<T>): Promise<T> {
    return work({ report: () => undefined }, { onCancellationRequested: () => undefined });
  },
};

export interface Diagnostic {
  readonly code: string;
  readonly source: string;
  readonly range: { readonly start: { readonly line: number } };
}

/** The diagnostics that are shown, by collection and file. */
const collections: Map<string, readonly Diagnostic[]>[] = [];
const diagnosticsChanged = new EventEmitter<{ readonly uris: readonly Uri[] }>();

export const languages = {
  onDidChangeDiagnostics: diagnosticsChanged.event,
  getDiagnostics: (uri: Uri) => collections.flatMap((files) => files.get(uri.toString()) ?? []),
  createDiagnosticCollection(name: string) {
    const files = new Map<string, readonly Diagnostic[]>();
    collections.push(files);
    return {
      name,
      get: (uri: Uri) => files.get(uri.toString()),
      set(uri: Uri, diagnostics: readonly Diagnostic[] | undefined) {
        if (diagnostics === undefined) files.delete(uri.toString());
        else files.set(uri.toString(), diagnostics);
        diagnosticsChanged.fire({ uris: [uri] });
      },
      dispose: () => collections.splice(collections.indexOf(files), 1),
    };
  },
};
