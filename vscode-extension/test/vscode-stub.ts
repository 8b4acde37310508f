// What the unit tests need of the module "vscode", which exists only in VS Code.
import * as path from "node:path";

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
    return new Uri(path.posix.join(uri.path, ...parts));
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
export const workspace: { findFiles: FindFiles } = { findFiles: () => Promise.resolve([]) };
