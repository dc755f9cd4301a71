/** Events, disposables and cancellation of the fake `vscode` module. */
import type * as vscode from "vscode";

export class Disposable implements vscode.Disposable {
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }

  private ended = false;

  constructor(private readonly end: () => unknown) {}

  /** Ends once, however often it is called. */
  dispose(): void {
    if (!this.ended) this.end();
    this.ended = true;
  }
}

export class EventEmitter<T> implements vscode.EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => unknown>();

  readonly event = (
    listener: (value: T) => unknown,
    context?: unknown,
    owner?: { push(item: Disposable): unknown },
  ): Disposable => {
    const bound = (value: T): unknown => listener.call(context, value);
    this.listeners.add(bound);
    const listening = new Disposable(() => this.listeners.delete(bound));
    owner?.push(listening);
    return listening;
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

export class CancellationError extends Error implements vscode.CancellationError {
  override readonly name = "Canceled";
}

export class CancellationTokenSource implements vscode.CancellationTokenSource {
  private readonly emitter = new EventEmitter<undefined>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };

  cancel(): void {
    if (this.token.isCancellationRequested) return;
    this.token.isCancellationRequested = true;
    this.emitter.fire(undefined);
  }

  dispose(): void {
    this.emitter.dispose();
  }
}
