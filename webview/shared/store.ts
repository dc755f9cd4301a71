/** One observable value. Listeners are called after each change, in the order they subscribed. */
export class Store<T extends object> {
  private readonly listeners = new Set<(state: T) => void>();

  constructor(private current: T) {}

  get state(): T {
    return this.current;
  }

  update(change: Partial<T> | ((state: T) => Partial<T>)): void {
    const patch = typeof change === "function" ? change(this.current) : change;
    this.current = { ...this.current, ...patch };
    for (const listener of this.listeners) listener(this.current);
  }

  subscribe(listener: (state: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Calls `work` once in the next animation frame, however often it was asked for; at once when the page is hidden. */
export function frameScheduler(work: () => void): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    const run = () => {
      scheduled = false;
      work();
    };
    if (document.visibilityState === "hidden") setTimeout(run, 100);
    else requestAnimationFrame(run);
  };
}

/** Does `work` at once, then at most every `milliseconds`; what was asked for in between is done at the end of them. */
export function throttle(work: () => void, milliseconds: number): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = (): void => {
    again = false;
    work();
    waiting = setTimeout(() => {
      waiting = undefined;
      if (again) run();
    }, milliseconds);
  };
  return () => {
    if (waiting === undefined) run();
    else again = true;
  };
}

/** Delays `work` until nobody asked for `milliseconds`. */
export function debounce(work: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}
