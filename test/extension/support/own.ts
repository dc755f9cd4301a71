/** What a test makes and does not keep: it ends with the test, newest first. */
import { onTestFinished } from "vitest";

export function own<T extends { dispose(): unknown }>(item: T): T {
  onTestFinished(() => void item.dispose());
  return item;
}
