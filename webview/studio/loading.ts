/** What is asked of the host and fills a place of the state: on its way, there, or failed. */
import { messageOf } from "../shared/messenger.ts";

export type Loadable<T> =
  | { readonly status: "idle" }
  | { readonly status: "loading"; readonly value?: T | undefined }
  | { readonly status: "ready"; readonly value: T }
  | { readonly status: "failed"; readonly message: string };

export const idle: Loadable<never> = { status: "idle" };

/** Sets the place in the state. */
type Put<T> = (next: Loadable<T>) => void;

/** Asks, and puts the answer, or why there is none. What was there stays to be seen meanwhile, marked as loading. */
export async function load<T>(before: Loadable<T>, ask: () => Promise<T>, put: Put<T>): Promise<void> {
  put({ status: "loading", value: before.status === "ready" ? before.value : undefined });
  await renew(ask, put);
}

/** Like `load`, but nothing shows that it is asked: what was there stays as it is until the answer replaces it. */
export async function renew<T>(ask: () => Promise<T>, put: Put<T>): Promise<void> {
  try {
    put({ status: "ready", value: await ask() });
  } catch (error) {
    put({ status: "failed", message: messageOf(error) });
  }
}
