/** Ownership of what must be ended: an owner adds it here and disposes all of it at once, newest first. */
import type { Disposable } from "vscode";

export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private disposed = false;

  /** Takes ownership; on a store that is disposed already, the item ends at once. */
  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  addAll(...items: readonly Disposable[]): void {
    for (const item of items) this.add(item);
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items.splice(0).reverse()) item.dispose();
  }
}
